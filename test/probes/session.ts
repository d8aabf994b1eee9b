import { silentLog } from '../../src/clients/log.ts';
import type { QueryClient } from '../../src/clients/query.ts';
import type { ProbeContext, ProbeSession, ProbeType, Reading } from '../../src/probes/contract.ts';

/** A probe in use by a test, with the deadlines that the scheduler would set. */
export interface TestSession {
  session: ProbeSession;
  context: ProbeContext;
  /** One sample with its deadline. */
  sample(): Promise<Reading>;
  close(): Promise<void>;
}

/** Opens a session of the type with the real clock. */
export async function openProbe(
  type: ProbeType,
  config: unknown,
  more: Partial<ProbeContext> = {},
): Promise<TestSession> {
  const context = contextFor(type, more);
  const session = await type.open(type.config.parse(config), context);
  return {
    session,
    context,
    sample: () => session.sample(AbortSignal.timeout(context.timeoutMs)),
    close: () => session.close(),
  };
}

function contextFor(type: ProbeType, more: Partial<ProbeContext>): ProbeContext {
  return {
    probe: 'probe',
    vantage: 'runner',
    run: 'test-run',
    intervalMs: type.defaults.intervalMs,
    timeoutMs: type.defaults.timeoutMs,
    now: () => performance.now(),
    wallClockMs: () => Date.now(),
    random: () => Math.random(),
    log: silentLog,
    source: (name): QueryClient => {
      throw new Error(`the test gave no source ${name}`);
    },
    ...more,
  };
}
