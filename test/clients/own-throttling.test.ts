import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ownThrottling } from '../../src/clients/own-throttling.ts';

const V1 = 'nr_periods 10\nnr_throttled 4\nthrottled_time 1234567890\n';
const V2 = 'usage_usec 99\nnr_periods 10\nnr_throttled 4\nthrottled_usec 1234567\nnr_bursts 0\n';

/** What the kernel shows, as files of a folder. */
function kernel(cgroup: string | undefined, stats: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'steadfast-kernel-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  if (cgroup !== undefined) writeFileSync(join(root, 'cgroup'), cgroup);
  for (const [path, text] of Object.entries(stats)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { files: { process: root, cgroups: root }, root };
}

const cases: Record<
  string,
  [cgroup: string | undefined, stats: Record<string, string>, throttledMs: number | undefined]
> = {
  'version 2': ['0::/kubepods/pod1\n', { 'kubepods/pod1/cpu.stat': V2 }, 1234.567],
  'version 2, the own cgroup mounted as the root': ['0::/../pod1\n', { 'cpu.stat': V2 }, 1234.567],
  'version 1': ['4:memory:/m\n3:cpu,cpuacct:/pod1\n', { 'cpu,cpuacct/pod1/cpu.stat': V1 }, 1234.56789],
  'version 1, the controller alone': ['3:cpu:/\n', { 'cpu/cpu.stat': V1 }, 1234.56789],
  'both, of which only version 1 limits the CPU': [
    '0::/\n3:cpu:/p\n',
    { 'cpu/p/cpu.stat': V1, 'unified/cpu.stat': 'usage_usec 1\n' },
    1234.56789,
  ],
  'a cgroup that was never limited': [
    '0::/\n',
    { 'cpu.stat': 'usage_usec 9\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n' },
    undefined,
  ],
  'no limit in sight': ['0::/\n', { 'cpu.stat': 'usage_usec 1\nuser_usec 1\n' }, undefined],
  'no cgroups at all': [undefined, {}, undefined],
  'lines that nobody understands': ['what\n0::\n:::\n', {}, undefined],
};

test.each(Object.entries(cases))('throttling is read from %s', (_sentence, [cgroup, stats, throttledMs]) => {
  expect(ownThrottling(kernel(cgroup, stats).files)?.()).toBe(throttledMs);
});

test('what goes away meanwhile is not known any more, and no error', () => {
  const { files, root } = kernel('0::/\n', { 'cpu.stat': V2 });
  const read = ownThrottling(files)!;
  rmSync(join(root, 'cpu.stat'));

  expect(read()).toBeUndefined();
});

test('a limit that is set later is seen', () => {
  const { files, root } = kernel('0::/\n', { 'cpu.stat': V2.replace('nr_periods 10', 'nr_periods 0') });
  const read = ownThrottling(files)!;
  expect(read()).toBeUndefined();
  writeFileSync(join(root, 'cpu.stat'), V2);

  expect(read()).toBe(1234.567);
});
