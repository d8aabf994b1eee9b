import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/slo/model/entry.ts';
import { openStage, type Stage } from './started.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** A plan whose probe `there` is at a vantage. */
function planText(stage: Stage, port: number, name = 'merged'): string {
  const target = /http:\/\/127\.0\.0\.1:\d+\//.exec(stage.planText(name))![0];
  return stage
    .planText(name)
    .replace(
      '  probes:\n',
      `  vantages:
    - {name: gateway, type: sidecar, config: {url: "http://127.0.0.1:${port}"}}
  probes:
    - {name: there, type: http, at: gateway, interval: 100ms, timeout: 500ms, config: {url: "${target}"}}
`,
    )
    .replace(
      /objectives:\n/,
      `$&    - {name: up-there, phase: steady, indicator: {ratio: there}, atLeast: 20%, tolerateMissing: 50%}\n`,
    );
}

/** A sidecar that is ready. */
async function served(stage: Stage, plan: string, port: number, args: string[] = [], env: Record<string, string> = {}) {
  const sidecar = stage.start(['serve', plan, '--listen', `127.0.0.1:${port}`, ...args], env);
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await isReady(port)) return sidecar;
    await sleep(25);
  }
  sidecar.child.kill('SIGKILL');
  throw new Error(`it never got ready: ${(await sidecar.ended).output}`);
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}

function entriesIn(folder: string): Entry[] {
  const lines = readFileSync(`${folder}/timeline.ndjson`, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Entry);
}

describe('steadfast serve', () => {
  it('measures for a run, and ends with 0 when it is told to', async () => {
    await using stage = await openStage();
    const port = await freePort();
    const plan = stage.writePlan(planText(stage, port));
    const sidecar = await served(stage, plan, port, ['--vantage', 'gateway'], { POD_NAME: 'gateway-7' });
    const { exit, output } = await stage.start(['run', plan, '--out', stage.in('out')]).ended;
    sidecar.child.kill('SIGTERM');

    expect(exit, output).toBe(0);
    const entries = entriesIn(stage.in('out'));
    const boot = entries.find((entry) => entry.type === 'vantage' && entry.vantage === 'gateway');
    expect(boot).toMatchObject({ instance: 'gateway-7' });
    expect(entries.filter((entry) => entry.type === 'sample' && entry.instance === 'gateway-7').length).toBeGreaterThan(
      15,
    );
    expect(entries.at(-1)!.type).toBe('end');
    expect(readFileSync(stage.in('out', 'report.md'), 'utf8')).toContain('gateway');
    expect(await sidecar.ended).toMatchObject({ exit: 0 });
  });

  it('with another version of the plan keeps a run from injecting anything', async () => {
    await using stage = await openStage();
    const port = await freePort();
    const older = stage.writePlan(planText(stage, port).replace('recovery: 1s', 'recovery: 2s'));
    const plan = stage.writePlan(planText(stage, port));
    const sidecar = await served(stage, older, port);
    const { exit, output } = await stage.start(['run', plan, '--out', stage.in('out')]).ended;
    sidecar.child.kill('SIGTERM');

    expect(exit, output).toBe(69);
    const gate = entriesIn(stage.in('out')).find((entry) => entry.type === 'gate');
    expect(gate).toMatchObject({ open: false, reason: expect.stringContaining('another version of the plan') });
    expect(entriesIn(stage.in('out')).some((entry) => entry.type === 'chaos')).toBe(false);
    await sidecar.ended;
  });

  it('tells its samples to runs that have its token, and nobody the token', async () => {
    await using stage = await openStage();
    const port = await freePort();
    const [token, tokenFile] = ['a-token-that-is-long-enough', stage.in('token')];
    writeFileSync(tokenFile, `${token}\n`);
    const text = planText(stage, port).replace(`:${port}"}}`, `:${port}", tokenFile: "${tokenFile}"}}`);
    const plan = stage.writePlan(text);
    const sidecar = await served(stage, plan, port, ['--token-file', tokenFile]);
    const refused = await fetch(`http://127.0.0.1:${port}/v1/timeline`);
    const { exit, output } = await stage.start(['run', plan, '--out', stage.in('out')]).ended;
    sidecar.child.kill('SIGTERM');

    expect(refused.status).toBe(401);
    expect(exit, output).toBe(0);
    const recorded = readFileSync(stage.in('out', 'timeline.ndjson'), 'utf8');
    expect(recorded).toContain('"vantage":"gateway"');
    expect([output, (await sidecar.ended).output, recorded].join()).not.toContain(token);
  });

  it('serves several plans at once, each to its own runs, and only those with a probe there', async () => {
    await using stage = await openStage();
    const port = await freePort();
    const [one, two] = ['merged', 'also-merged'].map((name) => ({ name, text: planText(stage, port, name) }));
    const folder = stage.in('plans');
    mkdirSync(folder);
    for (const { name, text } of [one!, two!, { name: 'local', text: stage.planText('local') }])
      writeFileSync(join(folder, `${name}.yaml`), text);
    const sidecar = await served(stage, folder, port);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const run = await stage.start(['run', join(folder, 'merged.yaml'), '--out', stage.in('out')]).ended;
    sidecar.child.kill('SIGTERM');

    expect(run.exit, run.output).toBe(0);
    const samples = entriesIn(stage.in('out')).filter(
      (entry) => entry.type === 'sample' && entry.vantage === 'gateway',
    );
    expect(samples.length, 'samples from the vantage, which serves also-merged first').toBeGreaterThan(15);
    for (const { name } of [one!, two!])
      expect(metrics).toContain(`steadfast_vantage_slots_total{plan="${name}",vantage="gateway",probe="there"`);
    expect(metrics).not.toContain('plan="local"');
    const { exit, output } = await sidecar.ended;
    expect(exit, output).toBe(0);
    expect(output).not.toContain('of local is served');
  });

  it('that is not there keeps a run from injecting anything', async () => {
    await using stage = await openStage();
    const plan = stage.writePlan(planText(stage, await freePort()));
    const { exit, output } = await stage.start(['run', plan, '--out', stage.in('out')]).ended;

    expect(exit, output).toBe(69);
    expect(readFileSync(stage.in('out', 'report.md'), 'utf8')).toContain('connection refused');
  });

  const wrong: [what: string, args: string[], exit: number, text: string][] = [
    ['without a plan', [], 64, 'Which plan?'],
    ['with a vantage that the plan does not have', ['PLAN', '--vantage', 'moon'], 64, 'has probes at: gateway'],
    ['with an address that is none', ['PLAN', '--listen', '9780'], 64, '--listen is host:port'],
    ['with a port that is taken', ['PLAN', '--listen', 'TAKEN'], 69, 'EADDRINUSE'],
    ['with a token file that is not there', ['PLAN', '--token-file', '/nowhere/token'], 69, 'cannot be used: ENOENT'],
    ['asked for help', ['--help'], 0, '--vantage NAME'],
  ];

  it.each(wrong)('%s says so and ends', async (_, args, code, text) => {
    await using stage = await openStage();
    const plan = stage.writePlan(planText(stage, 9780));
    const taken = /127\.0\.0\.1:\d+/.exec(stage.planText('any'))![0];
    const named = args.map((arg) => arg.replace('PLAN', plan).replace('TAKEN', taken));
    const began = performance.now();
    const { exit, output } = await stage.start(['serve', ...named]).ended;

    expect(exit, output).toBe(code);
    expect(output).toContain(text);
    // Whatever still ran would be ended 5 s after the program.
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
