import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { RelayInput } from './watched-workflows.ts';

let bundled: Promise<string> | undefined;

/** The workflows' code, bundled once: that takes longer than all the rest of a worker's start. */
function bundle(): Promise<string> {
  bundled ??= (async () => {
    const workflowsPath = new URL('./watched-workflows.ts', import.meta.url).pathname;
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
    const folder = mkdtempSync(join(tmpdir(), 'steadfast-bundle-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'workflows.js');
    writeFileSync(path, code);
    return path;
  })();
  return bundled;
}

/** An application of its own on a real Temporal server: workflows, and workers that may be killed. */
export class WatchedApplication {
  readonly taskQueue: string;
  readonly client: Client;
  readonly #address: string;
  readonly #connection: Connection;
  readonly #workers: ChildProcess[] = [];
  #started = 0;

  private constructor(address: string, taskQueue: string, connection: Connection) {
    this.#address = address;
    this.taskQueue = taskQueue;
    this.#connection = connection;
    this.client = new Client({ connection, namespace: 'bytebot' });
  }

  static async on(address: string, taskQueue: string): Promise<WatchedApplication> {
    return new WatchedApplication(address, taskQueue, await Connection.connect({ address }));
  }

  /** What a probe needs to watch it. */
  config(more: object = {}): object {
    const { taskQueue } = this;
    const where = { address: this.#address, namespace: 'bytebot', taskQueue, workflowType: 'relay' };
    return { ...where, watch: {}, expect: { status: 'COMPLETED' }, ...more };
  }

  /** Program and arguments that start one of its workers. */
  async workerCommand(identity: string, taskQueue = this.taskQueue): Promise<[string, ...string[]]> {
    const program = new URL('./watched-worker.ts', import.meta.url).pathname;
    return [process.execPath, program, await bundle(), this.#address, 'bytebot', taskQueue, identity];
  }

  /** Resolves when it polls. */
  async worker(identity: string): Promise<ChildProcess> {
    const [program, ...args] = await this.workerCommand(identity);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#workers.push(child);
    await Promise.race([once(child.stdout!, 'data'), once(child, 'exit')]);
    if (child.exitCode !== null) throw new Error(`the worker ${identity} ended with ${child.exitCode}`);
    return child;
  }

  async start(input: RelayInput, id = `${this.taskQueue}-${this.#started++}`): Promise<string> {
    const { taskQueue } = this;
    await this.client.workflow.start('relay', { taskQueue, workflowId: id, args: [input] });
    return id;
  }

  /** Ids of what runs on the server. */
  async running(query: string): Promise<string[]> {
    const ids: string[] = [];
    const found = this.client.workflow.list({ query: `ExecutionStatus = 'Running' AND ${query}` });
    for await (const { workflowId } of found) ids.push(workflowId);
    return ids;
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) if (worker.exitCode === null) worker.kill('SIGKILL');
    await this.#connection.close();
  }
}
