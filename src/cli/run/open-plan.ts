import type { Log } from '../../clients/log.ts';
import type { QueryClient } from '../../clients/query.ts';
import type { Exporter } from '../../exporters/contract.ts';
import type { Registries } from '../../plan/registries.ts';
import { reasonOf, within } from '../../scheduler/bounded.ts';
import { DEFAULT_BUDGETS } from '../../scheduler/budgets.ts';
import type { Clock } from '../../scheduler/clock.ts';
import type { OpenProbe } from '../../scheduler/lane.ts';
import type { OpenVantage } from '../../scheduler/open-vantage.ts';
import { forStream } from '../../scheduler/random.ts';
import type { Entry } from '../../slo/model/entry.ts';
import type { ExporterSpec, Plan, ProbeSpec, VantageSpec } from '../../slo/model/plan.ts';
import type { Delivery } from '../../slo/model/report.ts';

/** The surroundings of one run. */
export interface RunSetting {
  plan: Plan;
  run: string;
  clock: Clock;
  log: Log;
  registries: Registries;
}

/** What measures, as far as it could be opened. */
export interface Instruments {
  clients: Map<string, QueryClient>;
  probes: OpenProbe[];
  /** Why the rest could not be, such as a certificate that is not there. Then nothing is to be broken. */
  problem?: string;
}

/** Opens the probes of the setting's plan, all of them: hand in a plan with those that run here. */
export async function openInstruments(setting: RunSetting): Promise<Instruments> {
  const instruments: Instruments = { clients: new Map(), probes: [] };
  let opening = '';
  try {
    for (const source of setting.plan.sources) {
      opening = `the source ${source.name}`;
      instruments.clients.set(source.name, await setting.registries.sources.get(source.type)!.open(source.config));
    }
    for (const spec of setting.plan.probes) {
      opening = `the probe ${spec.name}`;
      instruments.probes.push({ spec, session: await openProbe(setting, spec, instruments.clients) });
    }
    return instruments;
  } catch (error) {
    return { ...instruments, problem: `${opening} could not be opened: ${reasonOf(error)}` };
  }
}

/** One that does not end must not keep the verdict back. */
export async function closeInstruments({ probes, clients }: Instruments, clock: Clock): Promise<void> {
  const bounds = { clock, what: 'closing a probe', limitMs: DEFAULT_BUDGETS.closeMs };
  await Promise.allSettled(probes.map(({ session }) => within(bounds, () => session.close())));
  for (const client of clients.values()) client.close();
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

/** The plan with no other probes than those at a vantage. */
export function planAt(plan: Plan, vantage: string): Plan {
  return { ...plan, probes: plan.probes.filter(({ at }) => at === vantage) };
}

/** Readers of all the vantages at which the plan has probes. */
export async function openVantages(setting: RunSetting, record: (entry: Entry) => void): Promise<OpenVantage[]> {
  const used = setting.plan.vantages.filter(({ name }) => setting.plan.probes.some(({ at }) => at === name));
  return Promise.all(used.map((spec) => openVantage(setting, spec, record)));
}

async function openVantage(
  { plan, run, clock, log, registries }: RunSetting,
  { name, type, config }: VantageSpec,
  record: (entry: Entry) => void,
): Promise<OpenVantage> {
  const reader = await registries.vantages.get(type)!.open(config, {
    ...{ vantage: name, run, plan: plan.name, digest: plan.digest, probes: planAt(plan, name).probes },
    now: () => clock.now(),
    sleep: (ms, signal) => clock.sleepUntil(clock.now() + ms, signal),
    random: forStream(plan.seed, `vantage/${name}`),
    log,
    record,
  });
  return { name, reader };
}

/** An exporter that is open, or why it could not be opened. */
export type OpenExporter = { spec: ExporterSpec; exporter: Exporter } | { spec: ExporterSpec; problem: string };

export async function openExporters({ plan, run, log, registries }: RunSetting): Promise<OpenExporter[]> {
  return Promise.all(
    plan.exporters.map(async (spec): Promise<OpenExporter> => {
      try {
        return { spec, exporter: await registries.exporters.get(spec.type)!.open(spec.config, { plan, run, log }) };
      } catch (error) {
        return { spec, problem: reasonOf(error) };
      }
    }),
  );
}

/** A delivery for an exporter that failed before it could even be asked. */
export function undelivered(type: string, reason: string): Delivery {
  return { exporter: type, target: type, state: 'failed', reason };
}
