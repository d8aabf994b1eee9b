import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Client, Connection } from '@temporalio/client';
import type { RelayInput } from './watched-workflows.ts';

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

  /** Resolves when it polls. */
  async worker(identity: string): Promise<ChildProcess> {
    const program = new URL('./watched-worker.ts', import.meta.url).pathname;
    const args = [program, this.#address, 'bytebot', this.taskQueue, identity];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
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

  async close(): Promise<void> {
    for (const worker of this.#workers) if (worker.exitCode === null) worker.kill('SIGKILL');
    await this.#connection.close();
  }
}
