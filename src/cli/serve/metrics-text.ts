import type { Station } from './station.ts';

type Labels = Record<string, string>;

/** What a scraper gets: how the vantage does, not how the service does; that is for the runs to say. */
export function metricsText(stations: readonly Station[]): string {
  const ofEach = (of: (memory: Station['memory']) => number) =>
    stations.map((station): [Labels, number] => [placeOf(station), of(station.memory)]);
  return [
    metric(
      'steadfast_vantage_info',
      'gauge',
      'The process that the other metrics speak of; always 1.',
      stations.map((station) => [infoOf(station), 1]),
    ),
    metric('steadfast_vantage_slots_total', 'counter', 'Slots of each probe, by outcome.', stations.flatMap(slotsOf)),
    metric(
      'steadfast_vantage_kept_entries',
      'gauge',
      'Entries that readers can still fetch.',
      ofEach(({ next, fallenOut }) => next - fallenOut),
    ),
    metric(
      'steadfast_vantage_kept_bytes',
      'gauge',
      'What they take.',
      ofEach(({ bytes }) => bytes),
    ),
    metric(
      'steadfast_vantage_fallen_out_total',
      'counter',
      'Entries that were dropped since they were too old or too many.',
      ofEach(({ fallenOut }) => fallenOut),
    ),
  ].join('');
}

function placeOf({ parts: { plan, vantage } }: Station): Labels {
  return { plan: plan.name, vantage };
}

function infoOf(station: Station): Labels {
  const { plan, instance, boot, version } = station.parts;
  return { ...placeOf(station), instance, boot, version, digest: plan.digest };
}

function slotsOf(station: Station): [Labels, number][] {
  return [...station.counts].flatMap(([probe, counts]) =>
    Object.entries(counts).map(([outcome, count]): [Labels, number] => [
      { ...placeOf(station), probe, outcome },
      count,
    ]),
  );
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
