/** A second cluster beside the one of the other tests: how one begins and ends. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { askMachine } from '../../../lab/cluster/ask-machine.ts';

const name = 'steadfast-other';
const network = `/run/netns/${name}`;

function lab(...args: string[]): string {
  const env = { ...process.env, STEADFAST_CLUSTER: name };
  const result = spawnSync(process.execPath, ['lab/main.ts', ...args], { env, encoding: 'utf8', timeout: 300_000 });
  expect(result.status, result.stderr + result.stdout).toBe(0);
  return result.stdout;
}

async function machinePid(): Promise<number> {
  const record = JSON.parse(await readFile(`/run/steadfast/${name}.json`, 'utf8')) as { machine: { pid: number } };
  return record.machine.pid;
}

/** Processes of the other cluster: their command line names its folder. */
function processesLeft(): string[] {
  const commandLine = (pid: string) =>
    spawnSync('cat', [`/proc/${pid}/cmdline`], { encoding: 'utf8' }).stdout.replaceAll('\0', ' ');
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(commandLine)
    .filter((line) => line.includes(`cluster-${name}`));
}

function cgroupsLeft(): string[] {
  const root = '/sys/fs/cgroup';
  return readdirSync(root)
    .map((hierarchy) => join(root, hierarchy, name))
    .filter(existsSync);
}

afterAll(() => void lab('cluster-down'));

describe('a cluster', () => {
  test('is up after one command, and the next one finds it', async () => {
    expect(lab('cluster', '--one-node')).toMatch(/lab-node-1 +Ready/);
    const first = await machinePid();
    expect(lab('cluster', '--one-node')).toContain('the cluster is up after');
    expect(await machinePid()).toBe(first);
  });

  test('starts a server again that was killed', async () => {
    const socket = `.lab/cluster-${name}/control.sock`;
    const dns = async () => (await askMachine(socket, 'GET', '/'))['dns'];
    const first = await dns();
    spawnSync('nsenter', ['-t', String(await machinePid()), '--pid', '--mount', 'kill', '-9', String(first)]);
    await expect.poll(dns, { timeout: 10_000 }).toBeNull();
    await expect.poll(dns, { timeout: 10_000 }).toBeGreaterThan(first!);
  });

  test('ends with its first process, however that ends, and the next start cleans up after it', async () => {
    const killed = await machinePid();
    process.kill(killed, 'SIGKILL');
    await expect.poll(processesLeft, { timeout: 10_000 }).toEqual([]);
    expect(lab('cluster', '--one-node')).toMatch(/lab-node-1 +Ready/);
    expect(await machinePid()).not.toBe(killed);
  });

  test('leaves nothing behind when it is taken down', () => {
    lab('cluster-down');
    expect(processesLeft()).toEqual([]);
    expect(cgroupsLeft()).toEqual([]);
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(name);
    expect(existsSync(network)).toBe(false);
    expect(existsSync(`.lab/cluster-${name}`)).toBe(false);
    expect(lab('cluster-down')).toContain('no cluster was up');
  });
});
