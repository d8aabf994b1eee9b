import { realpath } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { workloadNames } from '../../../lab/cluster/workloads/groups.ts';
import type { KubeObject } from '../../../lab/cluster/workloads/objects.ts';
import { netemNodes } from '../../../lab/cluster/workloads/placement.ts';
import { objectsOf, withNeeds, workloads } from '../../../lab/cluster/workloads/workloads.ts';
import { parts } from '../../../lab/parts.ts';
import type { Resolver } from '../../../lab/resolve.ts';

/** Stands for parts that would have to be built first: some file and some folder that are there. */
const resolver: Resolver = async (name) => {
  const path = await realpath(name === 'kafka' ? import.meta.dirname : import.meta.filename);
  return { name, version: parts[name as keyof typeof parts].version, from: 'cache', path };
};

const needsJava = new Set(['kafka']);
const needsBundle = new Set(['worker']);
const names = workloadNames.filter((name) => !needsJava.has(name) && !needsBundle.has(name));

interface Pods {
  replicas: number;
  selector: { matchLabels: Record<string, string> };
  template: {
    metadata: { labels: Record<string, string> };
    spec: {
      containers: { name: string; volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[] }[];
      volumes: { name: string; hostPath?: { path: string } }[];
      nodeSelector: Record<string, string>;
    };
  };
}

async function objects(nodeSelector: Record<string, string> = {}): Promise<KubeObject[]> {
  return await objectsOf(names, () => ({ image: 'lab:1', resolver, nodeSelector }));
}

const specsOf = (all: KubeObject[]) =>
  all.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec as unknown as Pods);

describe('what is chosen', () => {
  test('comes with all that it needs, what is needed first', () => {
    expect(withNeeds(['generator'])).toEqual(['temporal', 'kafka', 'worker', 'generator']);
    expect(withNeeds(['gateway', 'engines'])).toEqual(['engines', 'gateway']);
  });

  test('is everything, once each, when everything is chosen', () => {
    expect(withNeeds(workloadNames).sort()).toEqual([...workloadNames].sort());
  });
});

describe('the objects', () => {
  test('begin with the namespaces, and nothing is outside of one', async () => {
    const all = await objects();
    const namespaces = new Set(names.map((name) => workloads[name].namespace));
    expect(all.slice(0, namespaces.size).map(({ kind }) => kind)).toEqual(Array(namespaces.size).fill('Namespace'));
    const homeless = all.filter(({ metadata }) => metadata.namespace === undefined).map(({ kind }) => kind);
    expect(new Set(homeless)).toEqual(new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding']));
  });

  test('have pods that their own selectors find, and volumes for whatever is mounted', async () => {
    for (const { selector, template } of specsOf(await objects())) {
      expect(template.metadata.labels).toMatchObject(selector.matchLabels);
      const volumes = new Set(template.spec.volumes.map(({ name }) => name));
      const mounted = template.spec.containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
      expect(new Set(mounted)).toEqual(volumes);
      expect(volumes.size).toBe(template.spec.volumes.length);
    }
  });

  test('may read what is on the host, and write nothing there', async () => {
    for (const { template } of specsOf(await objects())) {
      const onHost = template.spec.volumes.filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
      const mounts = template.spec.containers.flatMap(({ volumeMounts }) => volumeMounts);
      expect(mounts.filter(({ name, readOnly }) => onHost.includes(name) && readOnly !== true)).toEqual([]);
    }
  });

  test('run where they are told to', async () => {
    expect(netemNodes(['gateway'])).toEqual({ gateway: { 'steadfast.dev/netem': 'true' } });
    const selectors = specsOf(await objects({ disk: 'fast' })).map(({ template }) => template.spec.nodeSelector);
    expect(selectors).toEqual(selectors.map(() => ({ disk: 'fast' })));
  });

  test('carry the labels by which AIBrix and Chaos Mesh choose engines and gateways', async () => {
    const labels = specsOf(await objects()).map(({ template }) => template.metadata.labels);
    expect(labels).toContainEqual(
      expect.objectContaining({ 'model.aibrix.ai/kv-events-enabled': 'true', 'model.aibrix.ai/name': 'lab-model' }),
    );
    expect(labels).toContainEqual({
      app: 'gateway-plugins',
      'app.kubernetes.io/component': 'aibrix-gateway-plugin',
    });
  });
});
