import { type Offset, RUNNER_VANTAGE } from '../slo/model/entry.ts';
import { reasonOf, within } from './bounded.ts';
import type { OpenVantage } from './open-vantage.ts';
import type { Run } from './run.ts';

/** What a vantage still waits for when books are closed to begin new ones: what is in flight then belongs to no experiment. */
export const FRESH_BOOKS_MS = 2000;

/**
 * Starts to listen to every vantage, and closes the books of all the time before the run. Returns why nothing must be broken, if so: what
 * cannot be seen must not be broken.
 */
export async function beginVantages(run: Run): Promise<string | undefined> {
  const problems = (await openVantages(run)) ?? (await problemsAtAll(run));
  if (run.stopReason !== undefined) return run.stopReason;
  if (problems.length > 0) return problems.join('; ');
  for (const { reader } of run.vantages) reader.start();
  await drainVantages(run, FRESH_BOOKS_MS, run.stopSignal);
  return run.stopReason;
}

async function openVantages(run: Run): Promise<string[] | undefined> {
  try {
    run.vantages = (await run.parts.openVantages?.((entry) => run.record(entry))) ?? [];
    return undefined;
  } catch (error) {
    return [`the vantages could not be opened: ${reasonOf(error)}`];
  }
}

async function problemsAtAll(run: Run): Promise<string[]> {
  const found = await Promise.all(run.vantages.map((vantage) => problemsAt(run, vantage)));
  return found.flat();
}

async function problemsAt(run: Run, { name, reader }: OpenVantage): Promise<string[]> {
  const { clock } = run.parts;
  const bounds = { clock, what: `vantage ${name}`, limitMs: run.budgets.prepareMs, outer: run.stopSignal };
  try {
    const { instances, problems } = await within(bounds, (signal) => reader.prepare(signal));
    if (problems.length === 0) run.note(`vantage ${name}: ${instances.join(', ')}`);
    return problems;
  } catch (error) {
    return [`vantage ${name}: ${reasonOf(error)}`];
  }
}

/**
 * Waits until every vantage has told all that was due before that moment, but not for ever: what did not come when the slowest sample has had its
 * time, and the vantage some more, is missing.
 */
export async function vantagesSettled(run: Run, before: Offset, outer: AbortSignal): Promise<void> {
  const elsewhere = run.parts.plan.probes.filter(({ at }) => at !== RUNNER_VANTAGE);
  const limitMs = run.budgets.vantageMs + Math.max(0, ...elsewhere.map(({ timeoutMs }) => timeoutMs));
  await eachVantage(run, 'telling what it measured', limitMs, outer, ({ reader }, signal) =>
    reader.settledBefore(before, signal),
  );
}

/** Has every vantage close its books, within the limit. */
export async function drainVantages(run: Run, patienceMs: number, outer: AbortSignal): Promise<void> {
  const limitMs = patienceMs + run.budgets.vantageMs;
  await eachVantage(run, 'its drain', limitMs, outer, ({ reader }, signal) => reader.drain(patienceMs, signal));
}

/** Nothing that comes later is recorded. */
export async function closeVantages(run: Run): Promise<void> {
  const { clock } = run.parts;
  const bounds = { clock, what: 'closing a vantage', limitMs: run.budgets.closeMs };
  await Promise.allSettled(run.vantages.map(({ reader }) => within(bounds, () => reader.close())));
}

async function eachVantage(
  run: Run,
  what: string,
  limitMs: number,
  outer: AbortSignal,
  work: (vantage: OpenVantage, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { clock } = run.parts;
  await Promise.all(
    run.vantages.map(async (vantage) => {
      const bounds = { clock, what: `vantage ${vantage.name}: ${what}`, limitMs, outer };
      await within(bounds, (signal) => work(vantage, signal)).catch((error) => run.note(reasonOf(error)));
    }),
  );
}
