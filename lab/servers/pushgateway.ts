import type { LabFolder } from '../processes/lab-folder.ts';
import { type Server, startServer } from './server.ts';

export interface PushgatewayOptions {
  program: string;
  port: number;
}

export async function startPushgateway(folder: LabFolder, options: PushgatewayOptions): Promise<Server> {
  return await startServer(folder, {
    name: 'pushgateway',
    command: [
      options.program,
      `--web.listen-address=127.0.0.1:${options.port}`,
      '--persistence.file=',
      '--log.level=warn',
    ],
    readiness: { kind: 'http', url: `http://127.0.0.1:${options.port}/-/ready` },
  });
}
