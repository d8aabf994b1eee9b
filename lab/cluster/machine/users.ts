import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiUrl, type ClusterPlace } from '../place.ts';

/** Who speaks to the API server, by a fixed token each. The file `<key>.kubeconfig` belongs to each. */
const users = {
  admin: { name: 'lab-admin', groups: ['system:masters'] },
  'controller-manager': { name: 'system:kube-controller-manager', groups: [] },
  scheduler: { name: 'system:kube-scheduler', groups: [] },
  proxy: { name: 'system:kube-proxy', groups: [] },
  'node-1': { name: 'system:node:lab-node-1', groups: ['system:nodes'] },
  'node-2': { name: 'system:node:lab-node-2', groups: ['system:nodes'] },
  coredns: { name: 'lab-coredns', groups: [] },
  'chaos-mesh': {
    name: 'system:serviceaccount:chaos-mesh:chaos-controller-manager',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:chaos-mesh'],
  },
} as const;

export type UserKey = keyof typeof users;

export function kubeconfigOf(place: ClusterPlace, user: UserKey): string {
  return place.configFile(`${user}.kubeconfig`);
}

export async function writeUsers(place: ClusterPlace): Promise<void> {
  await mkdir(place.config, { recursive: true });
  const lines: string[] = [];
  for (const [key, { name, groups }] of Object.entries(users)) {
    const token = randomBytes(16).toString('hex');
    lines.push(`${token},${name},${name},"${groups.join(',')}"`);
    const file = kubeconfigOf(place, key as UserKey);
    await writeFile(file, kubeconfig(name, token, join(place.certificates, 'ca.crt')), { mode: 0o600 });
  }
  await writeFile(place.configFile('tokens.csv'), `${lines.join('\n')}\n`, { mode: 0o600 });
}

function kubeconfig(user: string, token: string, authority: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster: { server: apiUrl, 'certificate-authority': authority } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user } }],
    'current-context': 'lab',
  });
}
