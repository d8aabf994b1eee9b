import { join } from 'node:path';
import type { Driver } from '../../chaos/contract.ts';
import { openLedger } from '../../chaos/ledger.ts';
import type { QueryClient } from '../../clients/query.ts';
import type { Mask } from '../../plan/mask.ts';
import { DEFAULT_BUDGETS } from '../../scheduler/budgets.ts';
import { conduct } from '../../scheduler/conductor.ts';
import type { ConductResult } from '../../scheduler/parts.ts';
import { forStream } from '../../scheduler/random.ts';
import { decideGate } from '../../slo/gate.ts';
import { judge } from '../../slo/judge.ts';
import { type Entry, type Header, TIMELINE_SCHEMA } from '../../slo/model/entry.ts';
import type { Experiment } from '../../slo/model/plan.ts';
import type { Report } from '../../slo/model/report.ts';
import { openJournal } from '../../timeline/journal.ts';
import type { Progress } from '../progress.ts';
import { closeExporters, deliver } from './deliver.ts';
import { closeProbes, openClients, openExporters, openProbes, type RunSetting } from './open-plan.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { referenceCollector } from './references.ts';
import { createRunFolder, RUN_FILES, writeReports } from './run-folder.ts';
import { stopReaders } from './stop-readers.ts';

/** What one run needs besides its plan. */
export interface RunPlanSetting extends RunSetting {
  /** Where the run leaves its files. */
  folder: string;
  /** The resolved plan's text, secrets masked. */
  planText: string;
  mask: Mask | undefined;
  faultsFolder: string;
  version: string;
  progress: Progress;
  abort: AbortSignal;
}

/** What a run came to. `bug` is an error of our own, in spite of which the fault was removed and the report written. */
export interface RunOutcome {
  report: Report;
  folder: string;
  bug?: unknown;
}

/** Drives, records, judges and exports one plan. */
export async function runPlan(setting: RunPlanSetting): Promise<RunOutcome> {
  await createRunFolder(setting.folder, setting.planText);
  const journal = await openJournal(setting.folder);
  const clients = await openClients(setting);
  const exporters = await openExporters(setting);
  const watchers = [
    setting.progress.observed,
    ...exporters.flatMap((open) => ('exporter' in open && open.exporter.observed ? [open.exporter.observed] : [])),
  ];
  const recorder = createRecorder(journal, setting.mask, watchers);
  try {
    recorder.record(headerOf(setting));
    const result = await drive(setting, recorder, clients);
    await journal.close().catch((error) => setting.log.error({ error: String(error) }, 'the timeline is incomplete'));
    const report = judge(setting.plan, recorder.recording);
    await writeReports(setting.folder, report);
    report.deliveries = await deliver(exporters, report);
    await writeReports(setting.folder, report);
    return { report, folder: setting.folder, ...(result.bug !== undefined && { bug: result.bug }) };
  } finally {
    await closeExporters(exporters);
    for (const client of clients.values()) client.close();
    await journal.close().catch(() => undefined);
  }
}

async function drive(
  setting: RunPlanSetting,
  recorder: Recorder,
  clients: ReadonlyMap<string, QueryClient>,
): Promise<ConductResult> {
  const { plan, clock, progress, abort } = setting;
  const probes = await openProbes(setting, clients);
  const references = referenceCollector(plan, recorder.recording, clients, clock);
  try {
    return await conduct({
      plan,
      clock,
      record: recorder.record,
      sync: recorder.sync,
      probes,
      driverOf: (experiment) => openDriver(setting, experiment),
      decide: {
        async gate(experiment, steady, signal) {
          for (const entry of await references.atGate(experiment, signal)) recorder.record(entry);
          return decideGate(plan, recorder.recording, experiment, steady.to);
        },
      },
      stopConditions: stopReaders(plan, clients),
      collect: { before: references.before as Collect, after: references.after },
      progress: (event) => {
        if (event.type === 'note') progress.note(event.text);
        if (event.type === 'stopping') progress.note(`stopping: ${event.reason}`);
      },
      abort,
      budgets: { drainMs: drainMs(setting) },
    });
  } finally {
    await closeProbes(probes);
  }
}

/** The longest that any of the plan's probes may need to drain. */
function drainMs({ plan, registries }: RunPlanSetting): number {
  const needed = plan.probes.map(({ type, config }) => registries.probes.get(type)!.drainMs?.(config) ?? 0);
  return Math.max(DEFAULT_BUDGETS.drainMs, ...needed);
}

type Collect = (signal: AbortSignal) => Promise<Entry[]>;

function openDriver(setting: RunPlanSetting, experiment: Experiment): Promise<Driver> {
  const { plan, run, clock, log, registries, faultsFolder } = setting;
  const { maxFaultMs } = plan.limits;
  const fault = { run, plan: plan.name, experiment: experiment.name, driver: experiment.driver, maxFaultMs };
  return registries.drivers.get(experiment.driver)!.open(experiment.config, {
    experiment: experiment.name,
    run,
    plan: plan.name,
    durationMs: experiment.durationMs,
    maxFaultMs,
    now: () => clock.now(),
    sleep: (ms, signal) => clock.sleepUntil(clock.now() + ms, signal),
    random: forStream(plan.seed, `driver/${experiment.name}`),
    log,
    ledger: openLedger(faultsFolder, fault),
  });
}

function headerOf({ plan, run, version, clock }: RunPlanSetting): Header {
  return {
    type: 'header',
    schema: TIMELINE_SCHEMA,
    run,
    plan: plan.name,
    digest: plan.digest,
    seed: plan.seed,
    version,
    startedAt: new Date(clock.wallClockMs() - clock.now()).toISOString(),
  };
}

/** Where to look after a run, for the terminal. */
export function whereToLook(folder: string): string {
  return join(folder, RUN_FILES.markdown);
}
