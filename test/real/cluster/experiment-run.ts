import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { net } from '../../../lab/cluster/place.ts';
import { load } from '../../../src/plan/load.ts';
import { registries } from '../../../src/registries.ts';
import type { Report } from '../../../src/slo/model/report.ts';
import { REPOSITORY } from '../../repository/planted-tree.ts';

export interface ExperimentRun {
  code: number | null;
  report: Report;
  /** What a person saw, for a test that fails. */
  output: string;
}

export interface RunSetting {
  cluster: Cluster;
  /** Parameters of the plans. */
  env: Record<string, string>;
  signal?: AbortSignal;
  /** Done while the run writes to this folder; the signal aborts when it has ended. */
  meanwhile?: (out: string, ended: AbortSignal) => Promise<void>;
}

const A_DAY_MS = 86_400_000;
/** `KEEP_RUNS=FOLDER` keeps there what the runs recorded, for whoever wants to know why one ended as it did. */
const KEPT_IN = process.env['KEEP_RUNS'] || undefined;

/** What is broken runs on the same few processors, and must not keep the runner from looking. */
const ON_TIME = ['nice', '-n', '-5'];

/** Has every namespace approve of the plan, and runs it as a person would, from the cluster's network and with its names. */
export async function runExperiment(plan: string, setting: RunSetting): Promise<ExperimentRun> {
  const { cluster, env, signal, meanwhile = async () => {} } = setting;
  const folder = await mkdtemp(join(KEPT_IN ?? tmpdir(), `steadfast-${basename(plan, '.yaml')}-`));
  try {
    await approve(plan, { cluster, env });
    const out = join(folder, 'run');
    const program = [process.execPath, join(REPOSITORY, 'src/main.ts'), 'run', plan, '--out', out];
    const command = cluster.inNetwork(...ON_TIME, ...(await withClusterNames(folder, program)));
    const ended = new AbortController();
    const beside = Promise.allSettled([meanwhile(out, ended.signal)]);
    const running = runProgram(command, { ...env, STEADFAST_STATE: join(folder, 'state') }, signal);
    const { code, output } = await running.finally(() => ended.abort());
    const [done] = await beside;
    if (done.status === 'rejected')
      throw new Error(`what was to be done beside the run failed: ${done.reason}\n${output}`, { cause: done.reason });
    const text = await readFile(join(out, 'report.json'), 'utf8').catch(() => undefined);
    if (text === undefined) throw new Error(`the run left no report and ended with ${code}:\n${output}`);
    return { code, report: JSON.parse(text) as Report, output };
  } finally {
    if (KEPT_IN === undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** Writes the approval that `check --cluster` would ask for. */
export async function approve(plan: string, { cluster, env }: RunSetting): Promise<void> {
  const { plans, diagnostics } = await load([plan], registries, env);
  const [loaded] = plans;
  if (!loaded) throw new Error(`${plan}: ${JSON.stringify(diagnostics)}`);
  const until = new Date(Date.now() + A_DAY_MS).toISOString();
  for (const namespace of new Set(loaded.plan.limits.namespaces))
    await cluster.kubectl(
      ...['annotate', '--overwrite', 'namespace', namespace],
      ...[`steadfast/approved=${loaded.plan.digest}`, `steadfast/approved-until=${until}`],
    );
}

/** In the cluster names lead to services and pods; this machine's own resolver knows none of them. */
async function withClusterNames(folder: string, command: readonly string[]): Promise<string[]> {
  const file = join(folder, 'resolv.conf');
  await writeFile(
    file,
    `nameserver ${net.dnsService}\nsearch svc.${net.dnsDomain} ${net.dnsDomain}\noptions ndots:2\n`,
  );
  const bind = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
  return ['unshare', '--mount', 'sh', '-c', bind, 'sh', file, ...command];
}

function runProgram(
  [program, ...args]: string[],
  env: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    signal?.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
