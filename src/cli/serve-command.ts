import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { hostAndPort } from '../clients/config-schema.ts';
import { formatDiagnostic } from '../plan/diagnostic.ts';
import { type LoadedPlan, load } from '../plan/load.ts';
import { maskOf } from '../plan/mask.ts';
import { DEFAULT_BUDGETS } from '../scheduler/budgets.ts';
import { RUNNER_VANTAGE } from '../slo/model/entry.ts';
import type { Plan } from '../slo/model/plan.ts';
import { readArguments } from './arguments.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { maskEntry } from './run/masking.ts';
import { closeInstruments, openInstruments, planAt } from './run/open-plan.ts';
import type { RunIo } from './run-command.ts';
import { serveStation } from './serve/http-server.ts';
import { Station } from './serve/station.ts';

export const SERVE_USAGE = `Usage: steadfast serve PLAN --vantage NAME [options]

Runs the probes that are at this vantage, all the time, and hands what they see to the runs of the plan that ask for it. Ends when it is told
to (SIGTERM), with exit code 0.

  --vantage NAME   which of the plan's vantages this is (may be left out where there is only one)
  --only NAME      which plan, where the file has several
  --listen ADDR    host:port (default: 0.0.0.0:9780)
  --log-format F   text (default) or json

Serves /v1/timeline, /v1/clock, /metrics, /healthz and /readyz. An instance is called by POD_NAME, or by its host's name.
Exit codes: 0 it was told to end, 64 bad plan, 69 it cannot probe or listen, 70 our bug.
`;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  vantage: { type: 'string' },
  only: { type: 'string' },
  listen: { type: 'string' },
  'log-format': { type: 'string' },
} as const;

const MEMORY = { bytes: 4 * 1024 * 1024, ageMs: 30 * 60_000 };

/** So that readers, who ask again at once, can fetch what is left. */
const LAST_ANSWERS_MS = 1000;

interface ServeOptions {
  paths: string[];
  vantage: string | undefined;
  only: string | undefined;
  listen: string;
  format: 'text' | 'json';
}

/** `steadfast serve`. */
export async function serveCommand(args: readonly string[], io: RunIo): Promise<ExitCode> {
  const options = await readOptions(args);
  if (options === 'help') return say(io.stdout, SERVE_USAGE, EXIT.pass);
  if (typeof options === 'string') return say(io.stderr, `${options}\n\n${SERVE_USAGE}`, EXIT.badPlan);
  const loaded = await loadOne(options, io);
  if (!loaded) return EXIT.badPlan;
  const vantage = vantageOf(loaded.plan, options);
  if ('problem' in vantage) return say(io.stderr, `${vantage.problem}\n`, EXIT.badPlan);
  return serve(loaded, vantage.name, options, io);
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
  return { paths: positionals, vantage: values.vantage, only: values.only, listen, format };
}

async function loadOne({ paths, only }: ServeOptions, io: RunIo): Promise<LoadedPlan | undefined> {
  const { plans, diagnostics } = await load(paths, io.registries, io.env);
  for (const diagnostic of diagnostics) io.stderr(`${formatDiagnostic(diagnostic)}\n`);
  if (diagnostics.some(({ severity }) => severity === 'error')) return undefined;
  const wanted = only === undefined ? plans : plans.filter(({ plan }) => plan.name === only);
  if (wanted.length === 1) return wanted[0];
  const known = plans.map(({ plan }) => plan.name).join(', ');
  io.stderr(`A vantage serves one plan: name it with --only. There are: ${known || 'none'}\n`);
  return undefined;
}

function vantageOf(plan: Plan, { vantage }: ServeOptions): { name: string } | { problem: string } {
  const known = [...new Set(plan.probes.map(({ at }) => at))].filter((at) => at !== RUNNER_VANTAGE);
  const name = vantage ?? (known.length === 1 ? known[0] : undefined);
  if (name !== undefined && known.includes(name)) return { name };
  const there =
    known.length === 0 ? 'has no probe at any vantage but the runner' : `has probes at: ${known.join(', ')}`;
  return {
    problem: `${name === undefined ? 'Which vantage?' : `No probe is at ${name}.`} The plan ${plan.name} ${there}`,
  };
}

async function serve(loaded: LoadedPlan, vantage: string, options: ServeOptions, io: RunIo): Promise<ExitCode> {
  const mask = maskOf(loaded.secrets);
  const [clock, log] = await Promise.all([io.createClock(), io.createLog(options.format, mask)]);
  const boot = randomBytes(6).toString('hex');
  const plan = withItsSources(planAt(loaded.plan, vantage), io);
  const setting = { plan, run: `serve-${boot}`, clock, log, registries: io.registries };
  const instruments = await openInstruments(setting);
  try {
    if (instruments.problem !== undefined) return say(io.stderr, `${mask(instruments.problem)}\n`, EXIT.notReady);
    const station = new Station({
      ...{ plan, vantage, boot, clock, version: io.version, probes: instruments.probes, memory: MEMORY },
      instance: io.env['POD_NAME'] || hostname(),
      masked: (entry) => (loaded.secrets.length > 0 ? maskEntry(entry, mask) : entry),
      note: (text) => log.warn({}, mask(text)),
      drainMs: drainMs(plan, io),
    });
    const server = await serveStation(station, options.listen);
    if ('problem' in server) {
      station.stop('nobody could ask for what it measures');
      return say(io.stderr, `Cannot listen at ${options.listen}: ${server.problem}\n`, EXIT.notReady);
    }
    log.info({ address: server.address, plan: plan.name, digest: plan.digest, vantage, boot }, 'serving');
    if (options.format === 'text') io.stderr(`The vantage ${vantage} of ${plan.name} is served at ${server.address}\n`);
    await aborted(io.abort);
    station.stop('the vantage was told to end');
    await server.close(LAST_ANSWERS_MS);
    return EXIT.pass;
  } finally {
    await closeInstruments(instruments, clock);
  }
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
