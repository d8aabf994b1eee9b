/** What the probes of pods ask an API server, held against the account that is shipped. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { k8sReadyProbe } from '../../src/probes/k8s-ready/probe.ts';
import { podLogsProbe } from '../../src/probes/pod-logs/probe.ts';
import { type KubePeer, type PeerRequest, startKubePeer } from '../loopback/kube-peer.ts';
import { playLogs } from '../probes/pod-logs/played-logs.ts';
import { DEPLOYMENTS, deploymentObject } from '../probes/pod-objects.ts';
import { openProbe } from '../probes/session.ts';
import { REPOSITORY } from '../repository/planted-tree.ts';

interface Role {
  metadata: { name: string };
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

const ROLE = 'steadfast-faults';
const rules = parseAllDocuments(readFileSync(join(REPOSITORY, 'deploy/cronjob/accounts.yaml'), 'utf8'))
  .map((document) => document.toJS() as Role)
  .flatMap((role) => (role.metadata.name === ROLE ? (role.rules ?? []) : []));

let peer: KubePeer;
beforeAll(async () => {
  peer = await startKubePeer();
});
afterAll(() => peer.close());

it.each([
  ['k8s-ready', k8sReadyProbe, ['/pods list', 'apps/deployments list']],
  ['pod-logs', podLogsProbe, ['/pods list', '/pods/log get', 'apps/deployments list']],
])('%s asks only for what the account may do in the namespaces that it is bound in', async (_, type, expected) => {
  const logs = playLogs(peer);
  logs.start('p0');
  peer.put(DEPLOYMENTS, deploymentObject('engine', 1));
  peer.requests.length = 0;
  const config = { namespace: 'ours', workload: 'deployment/engine', kubeconfig: peer.kubeconfig };
  const { sample, close } = await openProbe(type, config);
  const reading = await sample();
  await close();

  const asked = [...new Set(peer.requests.map(permissionOf))].sort();
  expect(reading.outcome).toBe('good');
  expect(asked).toEqual(expected);
  expect(asked.filter((permission) => !isGranted(permission))).toEqual([]);
});

function permissionOf({ method, path, query }: PeerRequest): string {
  const [, group = '', resource, , subresource] =
    /^\/apis?\/(?:(.*)\/)?v1\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?$/.exec(path) ?? [];
  const isOne = subresource !== undefined;
  const verb = query.get('watch') ? 'watch' : method === 'GET' ? (isOne ? 'get' : 'list') : method;
  return `${group}/${resource}${isOne ? `/${subresource}` : ''} ${verb}`;
}

function isGranted(permission: string): boolean {
  return rules.some(({ apiGroups, resources, verbs }) =>
    apiGroups.some((group) =>
      resources.some((resource) => verbs.some((verb) => permission === `${group}/${resource} ${verb}`)),
    ),
  );
}
