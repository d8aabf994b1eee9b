import type { Log } from '../../clients/log.ts';
import type { QueryClient } from '../../clients/query.ts';
import type { Exporter } from '../../exporters/contract.ts';
import type { Registries } from '../../plan/registries.ts';
import type { Clock } from '../../scheduler/clock.ts';
import type { OpenProbe } from '../../scheduler/lane.ts';
import { forStream } from '../../scheduler/random.ts';
import type { ExporterSpec, Plan, ProbeSpec } from '../../slo/model/plan.ts';
import type { Delivery } from '../../slo/model/report.ts';

/** The surroundings of one run. */
export interface RunSetting {
  plan: Plan;
  run: string;
  clock: Clock;
  log: Log;
  registries: Registries;
}

export async function openClients({ plan, registries }: RunSetting): Promise<Map<string, QueryClient>> {
  const clients = new Map<string, QueryClient>();
  for (const source of plan.sources)
    clients.set(source.name, await registries.sources.get(source.type)!.open(source.config));
  return clients;
}

export async function openProbes(setting: RunSetting, clients: ReadonlyMap<string, QueryClient>): Promise<OpenProbe[]> {
  const opened: OpenProbe[] = [];
  try {
    for (const spec of setting.plan.probes) opened.push({ spec, session: await openProbe(setting, spec, clients) });
    return opened;
  } catch (error) {
    await closeProbes(opened);
    throw error;
  }
}

export async function closeProbes(probes: readonly OpenProbe[]): Promise<void> {
  await Promise.allSettled(probes.map(({ session }) => session.close()));
}

function openProbe(setting: RunSetting, spec: ProbeSpec, clients: ReadonlyMap<string, QueryClient>) {
  const { plan, run, clock, log, registries } = setting;
  return registries.probes.get(spec.type)!.open(spec.config, {
    probe: spec.name,
    vantage: spec.at,
    run,
    intervalMs: spec.intervalMs,
    timeoutMs: spec.timeoutMs,
    now: () => clock.now(),
    wallClockMs: () => clock.wallClockMs(),
    random: forStream(plan.seed, `probe/${spec.name}`),
    log,
    source: (name) => clients.get(name)!,
  });
}

/** An exporter that is open, or why it could not be opened. */
export type OpenExporter = { spec: ExporterSpec; exporter: Exporter } | { spec: ExporterSpec; problem: string };

export async function openExporters({ plan, run, log, registries }: RunSetting): Promise<OpenExporter[]> {
  return Promise.all(
    plan.exporters.map(async (spec): Promise<OpenExporter> => {
      try {
        return { spec, exporter: await registries.exporters.get(spec.type)!.open(spec.config, { plan, run, log }) };
      } catch (error) {
        return { spec, problem: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

/** A delivery for an exporter that failed before it could even be asked. */
export function undelivered(type: string, reason: string): Delivery {
  return { exporter: type, target: type, state: 'failed', reason };
}
