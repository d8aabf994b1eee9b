import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabFolder } from '../processes/lab-folder.ts';
import { type Server, startServer } from './server.ts';

export interface AlertmanagerOptions {
  program: string;
  port: number;
  /** Receives every notification; without it alerts are only kept. */
  webhook?: string;
}

export async function startAlertmanager(folder: LabFolder, options: AlertmanagerOptions): Promise<Server> {
  const data = folder.data('alertmanager');
  await mkdir(data, { recursive: true });
  const config = join(data, 'alertmanager.json');
  await writeFile(config, JSON.stringify(configOf(options.webhook), null, 2));
  return await startServer(folder, {
    name: 'alertmanager',
    command: [
      options.program,
      `--config.file=${config}`,
      `--storage.path=${join(data, 'storage')}`,
      `--web.listen-address=127.0.0.1:${options.port}`,
      '--cluster.listen-address=',
      '--log.level=warn',
    ],
    readiness: { kind: 'http', url: `http://127.0.0.1:${options.port}/-/ready` },
  });
}

function configOf(webhook: string | undefined): object {
  return {
    route: { receiver: 'lab', group_by: ['...'], group_wait: '0s', group_interval: '1s', repeat_interval: '1m' },
    receivers: [{ name: 'lab', webhook_configs: webhook === undefined ? [] : [{ url: webhook, send_resolved: true }] }],
  };
}
