import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';

const source = (path: string) => join(import.meta.dirname, '../../src', path);

/** A runner that injects a fault, says so, and is then killed from outside without a chance to remove it. */
export async function injectAndDie(faults: string, driver: string, config: unknown): Promise<void> {
  const code = `
    const { driverTypes } = await import('${source('chaos/registry.ts')}');
    const { openLedger } = await import('${source('chaos/ledger.ts')}');
    const { silentLog } = await import('${source('clients/log.ts')}');
    const type = driverTypes.get('${driver}');
    const entry = { run: 'r', plan: 'p', experiment: 'e', driver: type.type, maxFaultMs: 60_000 };
    const ledger = openLedger('${faults}', entry);
    const driver = await type.open(type.config.parse(${JSON.stringify(config)}), {
      ...entry, durationMs: 1, now: () => performance.now(), random: () => 0, log: silentLog, ledger,
    });
    await driver.inject(new AbortController().signal);
    process.stdout.write('injected');
    setInterval(() => {}, 1000);`;
  const runner = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  expect(String(await once(runner.stdout, 'data'))).toBe('injected');
  runner.kill('SIGKILL');
  await once(runner, 'exit');
}
