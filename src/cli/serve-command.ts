import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { hostAndPort } from '../clients/config-schema.ts';
import type { Log } from '../clients/log.ts';
import { ownThrottling } from '../clients/own-throttling.ts';
import { formatDiagnostic } from '../plan/diagnostic.ts';
import { type LoadedPlan, load } from '../plan/load.ts';
import { maskOf } from '../plan/mask.ts';
import { DEFAULT_BUDGETS } from '../scheduler/budgets.ts';
import type { Plan } from '../slo/model/plan.ts';
import { readArguments } from './arguments.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { maskEntry } from './run/masking.ts';
import { closeInstruments, type Instruments, openInstruments, planAt } from './run/open-plan.ts';
import type { RunIo } from './run-command.ts';
import type { Stations } from './serve/answer.ts';
import { type Chosen, choosePlans } from './serve/choose-plans.ts';
import { openDoorkeeper } from './serve/doorkeeper.ts';
import { type StationServer, serveStations } from './serve/http-server.ts';
import { Station } from './serve/station.ts';

export const SERVE_USAGE = `Usage: steadfast serve PLAN... --vantage NAME [options]

Runs the probes that are at this vantage, all the time, and hands what they see to the runs of their plans that ask for it. Ends when it is told
to (SIGTERM), with exit code 0. PLAN is a file or a folder; plans without a probe at this vantage are left out.

  --vantage NAME   which of the plans' vantages this is (may be left out where there is only one)
  --only NAME      one plan alone, where there are several
  --listen ADDR    host:port (default: 0.0.0.0:9780)
  --token-file F   who asks for samples must have the token in this file; /healthz, /readyz and /metrics stay open
  --log-format F   text (default) or json

Serves /v1/timeline, /v1/clock, /metrics, /healthz and /readyz. An instance is called by POD_NAME, or by its host's name.
Exit codes: 0 it was told to end, 64 bad plan, 69 it cannot probe or listen, 70 our bug.
`;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  vantage: { type: 'string' },
  only: { type: 'string' },
  listen: { type: 'string' },
  'token-file': { type: 'string' },
  'log-format': { type: 'string' },
} as const;

/** What is kept for readers: so much for one plan, and no more than so much for all of them. */
const MEMORY = { bytes: 4 * 1024 * 1024, allBytes: 16 * 1024 * 1024, ageMs: 30 * 60_000 };

/** So that readers, who ask again at once, can fetch what is left. */
const LAST_ANSWERS_MS = 1000;

interface ServeOptions {
  paths: string[];
  vantage: string | undefined;
  only: string | undefined;
  listen: string;
  tokenFile: string | undefined;
  format: 'text' | 'json';
}

/** `steadfast serve`. */
export async function serveCommand(args: readonly string[], io: RunIo): Promise<ExitCode> {
  const options = await readOptions(args);
  if (options === 'help') return say(io.stdout, SERVE_USAGE, EXIT.pass);
  if (typeof options === 'string') return say(io.stderr, `${options}\n\n${SERVE_USAGE}`, EXIT.badPlan);
  const plans = await loadPlans(options, io);
  if (!plans) return EXIT.badPlan;
  const chosen = choosePlans(plans, options);
  if ('problem' in chosen) return say(io.stderr, `${chosen.problem}\n`, EXIT.badPlan);
  return serve(chosen, options, io);
}

async function readOptions(args: readonly string[]): Promise<ServeOptions | string> {
  const asked = await readArguments(args, OPTIONS);
  if (!asked.ok) return asked.problem;
  const { values, positionals } = asked;
  if (values.help) return 'help';
  if (positionals.length === 0) return 'Which plan? Name its file.';
  const format = values['log-format'] ?? 'text';
  if (format !== 'text' && format !== 'json') return `--log-format is text or json, not ${format}`;
  const listen = values.listen ?? '0.0.0.0:9780';
  if (!hostAndPort().safeParse(listen).success) return `--listen is host:port, not ${listen}`;
  const { vantage, only, 'token-file': tokenFile } = values;
  return { paths: positionals, vantage, only, listen, tokenFile, format };
}

async function loadPlans({ paths }: ServeOptions, io: RunIo): Promise<readonly LoadedPlan[] | undefined> {
  const { plans, diagnostics } = await load(paths, io.registries, io.env);
  for (const diagnostic of diagnostics) io.stderr(`${formatDiagnostic(diagnostic)}\n`);
  return diagnostics.some(({ severity }) => severity === 'error') ? undefined : plans;
}

async function serve({ vantage, plans }: Chosen, options: ServeOptions, io: RunIo): Promise<ExitCode> {
  const mask = maskOf(plans.flatMap(({ secrets }) => secrets));
  const [clock, log] = await Promise.all([io.createClock(), io.createLog(options.format, mask)]);
  const boot = randomBytes(6).toString('hex');
  const opened: Opened[] = [];
  try {
    for (const { plan: whole, secrets } of plans) {
      const plan = withItsSources(planAt(whole, vantage), io);
      const instruments = await openInstruments({
        ...{ plan, run: `serve-${boot}`, clock, log },
        registries: io.registries,
      });
      opened.push({ plan, secrets, instruments });
      if (instruments.problem !== undefined) return say(io.stderr, `${mask(instruments.problem)}\n`, EXIT.notReady);
    }
    const [first, ...others] = opened.map(({ plan, secrets, instruments }) => {
      return new Station({
        ...{ plan, vantage, boot, clock, version: io.version, probes: instruments.probes },
        readThrottledMs: ownThrottling(),
        memory: { ageMs: MEMORY.ageMs, bytes: Math.min(MEMORY.bytes, MEMORY.allBytes / plans.length) },
        instance: io.env['POD_NAME'] || hostname(),
        masked: (entry) => (secrets.length > 0 ? maskEntry(entry, mask) : entry),
        note: (text) => log.warn({ plan: plan.name }, mask(text)),
        drainMs: drainMs(plan, io),
      });
    });
    return await untilTold([first!, ...others], options, io, log);
  } finally {
    for (const { instruments } of opened) await closeInstruments(instruments, clock);
  }
}

interface Opened {
  plan: Plan;
  secrets: LoadedPlan['secrets'];
  instruments: Instruments;
}

/** Answers until the process is told to end. */
async function untilTold(stations: Stations, options: ServeOptions, io: RunIo, log: Log): Promise<ExitCode> {
  const stop = (reason: string) => {
    for (const station of stations) station.stop(reason);
  };
  const server = await openServer(stations, options);
  if ('problem' in server) {
    stop('nobody could ask for what it measures');
    return say(io.stderr, `${server.problem}\n`, EXIT.notReady);
  }
  const { address } = server;
  for (const { parts } of stations) {
    const { plan, vantage, boot } = parts;
    log.info({ address, plan: plan.name, digest: plan.digest, vantage, boot }, 'serving');
    if (options.format === 'text') io.stderr(`The vantage ${vantage} of ${plan.name} is served at ${address}\n`);
  }
  await aborted(io.abort);
  stop('the vantage was told to end');
  await server.close(LAST_ANSWERS_MS);
  return EXIT.pass;
}

async function openServer(
  stations: Stations,
  { listen, tokenFile }: ServeOptions,
): Promise<StationServer | { problem: string }> {
  const doorkeeper = tokenFile === undefined ? undefined : await openDoorkeeper(tokenFile);
  if (doorkeeper && 'problem' in doorkeeper)
    return { problem: `The token file ${tokenFile} cannot be used: ${doorkeeper.problem}` };
  const server = await serveStations(stations, listen, doorkeeper);
  if ('problem' in server) doorkeeper?.close();
  return 'problem' in server ? { problem: `Cannot listen at ${listen}: ${server.problem}` } : server;
}

/** A source that no probe here asks needs no certificate here. */
function withItsSources(plan: Plan, io: RunIo): Plan {
  const used = new Set(
    plan.probes.flatMap(({ type, config }) => io.registries.probes.get(type)!.sources?.(config) ?? []),
  );
  return { ...plan, sources: plan.sources.filter(({ name }) => used.has(name)) };
}

function drainMs(plan: Plan, io: RunIo): number {
  const needed = plan.probes.map(({ type, config }) => io.registries.probes.get(type)!.drainMs?.(config) ?? 0);
  const settle = plan.experiments.map(({ phases }) => phases.settleMs);
  return Math.max(0, ...settle) + Math.max(DEFAULT_BUDGETS.drainMs, ...needed);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function say(to: (text: string) => void, text: string, code: ExitCode): ExitCode {
  to(text);
  return code;
}
