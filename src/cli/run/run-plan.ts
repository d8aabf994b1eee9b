import { join } from 'node:path';
import type { Driver, DriverContext } from '../../chaos/contract.ts';
import { openLedger } from '../../chaos/ledger.ts';
import { ownThrottling } from '../../clients/own-throttling.ts';
import type { Mask } from '../../plan/mask.ts';
import { reasonOf, within } from '../../scheduler/bounded.ts';
import { DEFAULT_BUDGETS } from '../../scheduler/budgets.ts';
import { conduct } from '../../scheduler/conductor.ts';
import type { ConductResult, DriverCalls } from '../../scheduler/parts.ts';
import { forStream } from '../../scheduler/random.ts';
import { decideGate } from '../../slo/gate.ts';
import { judge } from '../../slo/judge.ts';
import { type Header, RUNNER_VANTAGE, type RunEnd, TIMELINE_SCHEMA } from '../../slo/model/entry.ts';
import type { Experiment } from '../../slo/model/plan.ts';
import type { Report } from '../../slo/model/report.ts';
import type { Journal } from '../../timeline/journal.ts';
import type { Progress } from '../progress.ts';
import { closeExporters, deliver } from './deliver.ts';
import { maskDeliveries, maskReport } from './masking.ts';
import {
  closeInstruments,
  type Instruments,
  type OpenExporter,
  openExporters,
  openInstruments,
  openVantages,
  planAt,
  type RunSetting,
} from './open-plan.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { referenceCollector } from './references.ts';
import { beginRunFolder, RUN_FILES, writeReports } from './run-folder.ts';
import { stopReaders } from './stop-readers.ts';

/** What one run needs besides its plan. */
export interface RunPlanSetting extends RunSetting {
  /** Where the run leaves its files. */
  folder: string;
  /** The resolved plan's text, secrets masked. */
  planText: string;
  mask: Mask | undefined;
  faultsFolder: string;
  /** The pod that we run in, where the environment names it. */
  ownPod: DriverContext['ownPod'];
  version: string;
  progress: Progress;
  abort: AbortSignal;
}

/** What a run came to, told apart so that one trouble does not hide another. */
export interface RunOutcome {
  folder: string;
  /** Experiments whose fault may still be in effect. */
  leftBehind: string[];
  /** Absent only after an error of our own. */
  report?: Report;
  /** Why not all of the report is in the folder. */
  unwritten?: string;
  /** An error of our own, in spite of which the fault was removed. */
  bug?: unknown;
}

/** Drives, records, judges and exports one plan. Rejects with a `FolderProblem` where its folder cannot take it. */
export async function runPlan(setting: RunPlanSetting): Promise<RunOutcome> {
  const { folder, plan, clock, log, mask, progress } = setting;
  const journal = await beginRunFolder(folder, setting.planText);
  const exporters = await openExporters(setting);
  const observers = exporters.flatMap((open) => ('exporter' in open ? (open.exporter.observed ?? []) : []));
  const recorder = createRecorder(journal, mask, [progress.observed, ...observers], log);
  const outcome: RunOutcome = { folder, leftBehind: [] };
  try {
    const { leftBehind, bug } = await openAndDrive(setting, recorder);
    outcome.leftBehind = leftBehind;
    if (bug !== undefined) outcome.bug = bug;
    await closeJournal(journal, recorder, setting);
    outcome.report = maskReport(judge(plan, recorder.recording), mask);
    await conclude(setting, outcome, outcome.report, exporters);
  } catch (error) {
    outcome.bug ??= error;
    await closeJournal(journal, recorder, setting);
  }
  await closeExporters(exporters, clock);
  return outcome;
}

/** A timeline that is not all there proves nothing, today as little as when it is judged again. */
async function closeJournal(journal: Journal, { recording }: Recorder, { clock }: RunPlanSetting): Promise<void> {
  const bounds = { clock, what: 'closing the timeline', limitMs: DEFAULT_BUDGETS.syncMs };
  await within(bounds, () => journal.close()).catch((error) => {
    recording.problems.push(`the timeline could not be written: ${reasonOf(error)}`);
  });
}

/** Twice: what an exporter does must not decide whether there is a report. */
async function conclude(
  { folder, clock, mask }: RunPlanSetting,
  outcome: RunOutcome,
  report: Report,
  exporters: readonly OpenExporter[],
): Promise<void> {
  const write = async () => {
    delete outcome.unwritten;
    await writeReports(folder, report).catch((error) => (outcome.unwritten = reasonOf(error)));
  };
  await write();
  report.deliveries = maskDeliveries(await deliver(exporters, report, clock), mask);
  await write();
}

async function openAndDrive(setting: RunPlanSetting, recorder: Recorder): Promise<ConductResult> {
  const instruments = await openInstruments({ ...setting, plan: planAt(setting.plan, RUNNER_VANTAGE) });
  try {
    recorder.record(headerOf(setting));
    if (instruments.problem !== undefined) return recordNotRun(setting, recorder, instruments.problem);
    return await drive(setting, recorder, instruments);
  } finally {
    await closeInstruments(instruments, setting.clock);
  }
}

/** A whole timeline that says why there was nothing to drive. */
function recordNotRun({ plan, clock, abort }: RunPlanSetting, { record }: Recorder, reason: string): ConductResult {
  const at = clock.now();
  for (const { name } of plan.experiments) record({ type: 'gate', experiment: name, at, open: false, reason });
  const end: RunEnd = abort.aborted
    ? { type: 'end', at, cause: 'aborted', reason: reasonOf(abort.reason) }
    : { type: 'end', at, cause: 'completed' };
  record(end);
  return { leftBehind: [], injectedAnything: false };
}

function drive(setting: RunPlanSetting, recorder: Recorder, instruments: Instruments): Promise<ConductResult> {
  const { plan, clock, progress, abort, mask } = setting;
  const { probes, clients } = instruments;
  const references = referenceCollector(plan, recorder.recording, clients, clock);
  return conduct({
    plan,
    clock,
    record: recorder.record,
    sync: recorder.sync,
    probes,
    readThrottledMs: ownThrottling(),
    openVantages: (record) => openVantages(setting, record),
    driverOf: (experiment, calls) => openDriver(setting, experiment, calls),
    decide: {
      async gate(experiment, steady, signal) {
        for (const entry of await references.atGate(experiment, signal)) recorder.record(entry);
        return decideGate(plan, recorder.recording, experiment, steady.to);
      },
    },
    stopConditions: stopReaders(plan, clients),
    collect: { before: references.before, after: references.after },
    progress: (event) => {
      const text = event.type === 'note' ? event.text : event.type === 'stopping' ? `stopping: ${event.reason}` : '';
      if (text !== '') progress.note(mask ? mask(text) : text);
    },
    abort,
    budgets: { drainMs: drainMs(setting) },
  });
}

/** The longest that any of the plan's probes may need to drain. */
function drainMs({ plan, registries }: RunPlanSetting): number {
  const needed = plan.probes.map(({ type, config }) => registries.probes.get(type)!.drainMs?.(config) ?? 0);
  return Math.max(DEFAULT_BUDGETS.drainMs, ...needed);
}

function openDriver(setting: RunPlanSetting, experiment: Experiment, calls: DriverCalls): Promise<Driver> {
  const { plan, run, clock, log, registries, faultsFolder, ownPod } = setting;
  const { maxFaultMs } = plan.limits;
  const fault = { run, plan: plan.name, experiment: experiment.name, driver: experiment.driver, maxFaultMs };
  return registries.drivers.get(experiment.driver)!.open(experiment.config, {
    experiment: experiment.name,
    run,
    plan: plan.name,
    digest: plan.digest,
    limits: plan.limits,
    durationMs: experiment.durationMs,
    maxFaultMs,
    ...(ownPod === undefined ? {} : { ownPod }),
    now: () => clock.now(),
    sleep: (ms, signal) => clock.sleepUntil(clock.now() + ms, signal),
    random: forStream(plan.seed, `driver/${experiment.name}`),
    log,
    ledger: openLedger(faultsFolder, fault),
    ...calls,
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
