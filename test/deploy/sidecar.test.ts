import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { choosePlans } from '../../src/cli/serve/choose-plans.ts';
import { load } from '../../src/plan/load.ts';
import { registries } from '../../src/registries.ts';
import { REPOSITORY } from '../repository/planted-tree.ts';

interface Mount {
  name: string;
  mountPath: string;
}
interface TokenTemplate {
  spec: {
    containers: [{ name: string; args?: string[]; volumeMounts: [Mount] }];
    volumes: [{ name: string; secret: { secretName: string } }];
  };
}
interface Container {
  name: string;
  args: string[];
  env: { name: string }[];
  ports: { containerPort: number }[];
  readinessProbe?: unknown;
  livenessProbe: { httpGet: { path: string; port: number } };
  securityContext: Record<string, unknown>;
  volumeMounts: { mountPath: string }[];
}
interface Workload {
  spec: { selector?: { matchLabels: Record<string, string> }; template: Template };
}
interface Template {
  metadata: { labels: Record<string, string> };
  spec: { containers: [Container] };
}

const folder = join(REPOSITORY, 'deploy/sidecar');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const patch = (parse(read('gateway-patch.yaml')) as Workload).spec.template;
const twin = parse(read('twin.yaml')) as Workload;
const [service] = parseAllDocuments(read('service.yaml')).map(
  (document) => document.toJS() as { spec: Record<string, unknown> & { selector: Record<string, string> } },
);
const places: [name: string, template: Template][] = [
  ['the patch of the gateway', patch],
  ['the twin', twin.spec.template],
];

describe.each(places)('%s', (_, { metadata, spec }) => {
  const [container] = spec.containers;

  it('is found under the name that the plans ask for', () => {
    expect(metadata.labels).toMatchObject(service!.spec.selector);
    expect(container.ports).toMatchObject([{ containerPort: 9780 }]);
    expect(service!.spec).toMatchObject({ clusterIP: 'None', ports: [{ port: 9780 }] });
  });

  it('serves every plan of the folder that has probes at the gateway', async () => {
    const [command, folder, option, vantage] = container.args;
    const { plans } = await load([join(REPOSITORY, 'deploy/chaos/kv-event-sync')], registries, {});
    const chosen = choosePlans(plans, { vantage, only: undefined });

    expect([command, folder, option]).toEqual(['serve', container.volumeMounts[0]!.mountPath, '--vantage']);
    expect('plans' in chosen && chosen.plans.map(({ plan }) => plan.name)).toEqual([
      'a1-network-partition',
      'a2-packet-loss',
      'a3-network-delay',
      'a11-connection-corruption',
    ]);
  });

  it('is told its own name, and may do nothing but probe', () => {
    expect(container.env.map(({ name }) => name)).toContain('POD_NAME');
    expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 9780 });
    expect(container.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });
});

it('a token comes from one Secret to the vantage and to the run, where the plan looks for it', () => {
  const wanted = (parse(read('token-patch.yaml')) as { spec: { template: TokenTemplate } }).spec.template;
  const given = parse(read('../cronjob/token-patch.yaml')).spec.jobTemplate.spec.template as TokenTemplate;
  const weekly = parse(read('../cronjob/weekly.yaml')).spec.jobTemplate.spec.template as TokenTemplate;
  const [container] = wanted.spec.containers;

  for (const { metadata: _, spec } of [patch, twin.spec.template]) {
    expect(container.name).toBe(spec.containers[0].name);
    expect(container.args).toEqual([...spec.containers[0].args, '--token-file', '/vantage-token/token']);
  }
  expect(given.spec.containers[0].name).toBe(weekly.spec.containers[0].name);
  for (const { spec } of [wanted, given]) {
    const [{ name, secret }] = spec.volumes;
    expect(spec.containers[0].volumeMounts).toMatchObject([{ name, mountPath: '/vantage-token' }]);
    expect(secret.secretName).toBe('steadfast-vantage-token');
  }
  for (const text of [read('README.md'), readFileSync(join(REPOSITORY, 'docs/vantages.md'), 'utf8')])
    expect(text).toContain('tokenFile: /vantage-token/token');
});

it('the sidecar never takes the gateway out of its Service', () => {
  expect(patch.spec.containers[0].readinessProbe).toBeUndefined();
});

it("the twin is outside the gateway's Service, and struck by a label of its own", () => {
  const { labels } = twin.spec.template.metadata;

  expect(labels['app']).toBeUndefined();
  expect(labels).toMatchObject({ 'steadfast/faulted-as': 'gateway', ...twin.spec.selector!.matchLabels });
  expect(read('README.md')).toContain('GATEWAY_LABEL=steadfast/faulted-as');
});
