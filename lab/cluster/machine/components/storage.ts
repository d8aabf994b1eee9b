import { join } from 'node:path';
import { answersHttp } from '../answering.ts';
import type { DescribeComponent } from '../component.ts';

const client = 'http://127.0.0.1:2379';

export const etcd: DescribeComponent = async ({ spec, place }) => ({
  command: [
    spec.programs.etcd,
    `--data-dir=${join(place.data, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    '--listen-peer-urls=http://127.0.0.1:2380',
    '--unsafe-no-fsync',
    '--logger=zap',
  ],
  ready: () => answersHttp(`${client}/health`),
});
