import type { LabFolder } from '../processes/lab-folder.ts';
import { type Server, startServer } from './server.ts';

export interface TemporalOptions {
  program: string;
  port: number;
  httpPort: number;
  metricsPort: number;
  namespace: string;
}

/** Starts the dev server, which keeps everything in memory: a restart forgets all workflows. */
export async function startTemporal(folder: LabFolder, options: TemporalOptions): Promise<Server> {
  return await startServer(folder, {
    name: 'temporal',
    command: [
      options.program,
      ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--log-level', 'warn'],
      ...['--namespace', options.namespace],
      ...['--port', String(options.port)],
      ...['--http-port', String(options.httpPort)],
      ...['--metrics-port', String(options.metricsPort)],
    ],
    readiness: { kind: 'http', url: `http://127.0.0.1:${options.httpPort}/api/v1/namespaces/${options.namespace}` },
  });
}
