import type { Station } from './station.ts';

type Labels = Record<string, string>;

/** What a scraper gets: how the vantage does, not how the service does; that is for the runs to say. */
export function metricsText(station: Station): string {
  const { plan, vantage, instance, boot, version } = station.parts;
  const place = { plan: plan.name, vantage };
  const info = { ...place, instance, boot, version, digest: plan.digest };
  const slots = [...station.counts].flatMap(([probe, counts]) =>
    Object.entries(counts).map(([outcome, count]): [Labels, number] => [{ ...place, probe, outcome }, count]),
  );
  const { memory } = station;
  return [
    metric('steadfast_vantage_info', 'gauge', 'The process that the other metrics speak of; always 1.', [[info, 1]]),
    metric('steadfast_vantage_slots_total', 'counter', 'Slots of each probe, by outcome.', slots),
    metric('steadfast_vantage_kept_entries', 'gauge', 'Entries that readers can still fetch.', [
      [place, memory.next - memory.fallenOut],
    ]),
    metric('steadfast_vantage_kept_bytes', 'gauge', 'What they take.', [[place, memory.bytes]]),
    metric(
      'steadfast_vantage_fallen_out_total',
      'counter',
      'Entries that were dropped since they were too old or too many.',
      [[place, memory.fallenOut]],
    ),
  ].join('');
}

function metric(name: string, type: 'counter' | 'gauge', help: string, series: [Labels, number][]): string {
  const lines = series.map(([labels, value]) => `${name}{${labelsText(labels)}} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelsText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
