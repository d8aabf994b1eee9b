import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ClusterPrograms } from '../../../../lab/cluster/machine/spec.ts';
import { netemNodePlace } from '../../../../lab/cluster/netem-node/place.ts';
import { writeSettings } from '../../../../lab/cluster/netem-node/settings.ts';
import { clusterPlace } from '../../../../lab/cluster/place.ts';
import { runCommand } from '../../../../lab/getting/command.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';

const programs: ClusterPrograms = {
  etcd: '/parts/etcd',
  containerd: "/parts/it's here",
  runc: '/parts/sbin/runc',
  cni: '/parts/cni',
  kubernetes: '/parts/kubernetes',
  coredns: '/parts/coredns',
  chaosMesh: '/parts/chaos-mesh',
  userModeLinux: '/parts/linux.uml',
};

test('the node reads its settings as bash does, whatever the folders are called', async () => {
  const folder = join(temporaryFolder(), 'a $folder');
  const { settings } = await writeSettings({ spec: { folder, netem: true, programs }, place: clusterPlace(folder) });

  const print = `. "$1"; printf '%s\\n' "$PATH" "$LOGS" "$NODE_ADDRESS" "\${CONTAINERD[@]}"`;
  const [path, logs, address, ...containerd] = (await runCommand('bash', ['-c', print, 'bash', settings]))
    .trim()
    .split('\n');

  expect(path!.split(':')[0]).toBe(programs.containerd);
  expect(logs).toBe(join(folder, 'logs'));
  expect(address).toBe('10.250.0.2/24');
  expect(containerd).toEqual(['containerd', '--config', join(folder, 'netem-node', 'config', 'containerd.toml')]);
});

test('what an earlier node left is gone when the next one starts', async () => {
  const place = clusterPlace(temporaryFolder());
  const { requests } = netemNodePlace(place);
  mkdirSync(requests, { recursive: true });
  writeFileSync(join(requests, 'old.sh'), 'exit 1');

  await writeSettings({ spec: { folder: place.path, netem: true, programs }, place });

  expect(existsSync(requests)).toBe(true);
  expect(existsSync(join(requests, 'old.sh'))).toBe(false);
});
