import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabFolder } from '../processes/lab-folder.ts';
import { type Server, startServer } from './server.ts';

export interface ToxicProxy {
  name: string;
  listen: string;
  upstream: string;
}

export interface ToxiproxyOptions {
  program: string;
  port: number;
  /** Proxies it begins with, also after a restart. */
  proxies: readonly ToxicProxy[];
}

export async function startToxiproxy(folder: LabFolder, options: ToxiproxyOptions): Promise<Server> {
  const data = folder.data('toxiproxy');
  await mkdir(data, { recursive: true });
  const config = join(data, 'proxies.json');
  await writeFile(
    config,
    JSON.stringify(
      options.proxies.map((proxy) => ({ ...proxy, enabled: true })),
      null,
      2,
    ),
  );
  return await startServer(folder, {
    name: 'toxiproxy',
    command: [options.program, '-host=127.0.0.1', `-port=${options.port}`, `-config=${config}`, '-proxy-metrics'],
    readiness: { kind: 'http', url: `http://127.0.0.1:${options.port}/proxies` },
  });
}
