import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import type { ChaosEvent, Entry, Header } from '../../src/slo/model/entry.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOR_MS = 1000;

let lab: Lab;
let folder: string;
beforeAll(async () => {
  lab = await startLab({ services: ['engine', 'toxiproxy', 'prometheus'] });
  folder = mkdtempSync(join(tmpdir(), 'steadfast-stop-'));
});
afterAll(async () => {
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The query is 1 from a moment on that only this test knows. */
function planThatStops(breachUnixSeconds: number): string {
  const first = readFileSync(join(ROOT, 'examples/first.yaml'), 'utf8');
  return first.replace('duration: 2s', 'duration: 20s').replace(
    'limits: {maxFault: 30s}',
    `limits:
    maxFault: 30s
    abortWhen: [{query: "vector(time() > bool ${breachUnixSeconds})", source: prom, above: 0.5, for: ${FOR_MS}ms}]
  sources: [{name: prom, type: prometheus, config: {url: "\${PROMETHEUS_URL}"}}]`,
  );
}

it('a breach that a real Prometheus shows removes the fault within five seconds, and the run is aborted', async () => {
  const breachUnixMs = Math.ceil(Date.now() / 1000) * 1000 + 6000;
  const plan = join(folder, 'plan.yaml');
  const out = join(folder, 'run');
  writeFileSync(plan, planThatStops(breachUnixMs / 1000));
  const env = { ...process.env, ...lab.variables, STEADFAST_STATE: join(folder, 'state') };

  const child = spawn(process.execPath, [join(ROOT, 'dist/steadfast.js'), 'run', plan, '--out', out], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const [exit] = await once(child, 'close');

  expect(exit, output).toBe(EXIT.aborted);
  const entries = readFileSync(join(out, 'timeline.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry);
  const started = Date.parse((entries[0] as Header).startedAt);
  const at = (state: string) =>
    entries.find((entry): entry is ChaosEvent => entry.type === 'chaos' && entry.state === state)!.at + started;
  expect(at('injected')).toBeLessThan(breachUnixMs);
  expect(at('recovered') - breachUnixMs - FOR_MS).toBeLessThan(5000);
  expect(output).toContain('stop condition vector(time()');
});
