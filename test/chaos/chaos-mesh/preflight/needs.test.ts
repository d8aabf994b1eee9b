/** The table of what the driver needs, held against the account that is shipped for it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { KNOWN_KINDS, type Manifest } from '../../../../src/chaos/chaos-mesh/manifest.ts';
import { type Need, needsOf } from '../../../../src/chaos/chaos-mesh/preflight/needs.ts';

const ACCOUNTS = join(import.meta.dirname, '../../../../deploy/cronjob/accounts.yaml');

/** Which of the shipped roles holds in which place. */
const ROLES: Record<Need['where'], string> = {
  targets: 'steadfast-faults',
  object: 'steadfast-faults',
  'chaos-mesh': 'steadfast-chaos-mesh',
  cluster: 'steadfast-surroundings',
};

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

const roles = new Map<string, Rule[]>(
  parseAllDocuments(readFileSync(ACCOUNTS, 'utf8'))
    .map((document) => document.toJS() as { kind: string; metadata: { name: string }; rules?: Rule[] })
    .flatMap(({ metadata, rules }) => (rules ? [[metadata.name, rules] as const] : [])),
);

function manifest(kind: string): Manifest {
  const selector = { namespaces: ['shop'] };
  const fault = { mode: 'all', selector };
  const templates = KNOWN_KINDS.map((one) => ({
    name: one.toLowerCase(),
    templateType: one,
    [one.replace(/^[A-Z]+(?=[A-Z])|^[A-Z]/, (head) => head.toLowerCase())]: fault,
  }));
  const spec = kind === 'Workflow' ? { entry: 'podchaos', templates } : fault;
  return { apiVersion: 'chaos-mesh.org/v1alpha1', kind, metadata: { name: 'breaks', namespace: 'shop' }, spec };
}

function lacking(need: Need): string[] {
  const rules = roles.get(ROLES[need.where]) ?? [];
  const resource = need.subresource ? `${need.resource}/${need.subresource}` : need.resource;
  return need.verbs
    .filter((verb) => !rules.some((rule) => grants(rule, need.group, resource, verb)))
    .map((verb) => `${verb} ${resource}.${need.group} (${ROLES[need.where]})`);
}

function grants({ apiGroups, resources, verbs }: Rule, group: string, resource: string, verb: string): boolean {
  return apiGroups.includes(group) && resources.includes(resource) && verbs.includes(verb);
}

describe('the shipped account may do all that is needed', () => {
  test.each([...KNOWN_KINDS, 'Workflow'])('for %s', (kind) => {
    expect(needsOf(manifest(kind), false).flatMap(lacking)).toEqual([]);
  });
});

test.each([
  ['NetworkChaos', 'podnetworkchaos'],
  ['IOChaos', 'podiochaos'],
  ['HTTPChaos', 'podhttpchaos'],
])('a %s that does not go is taken out of what is asked of its pods', (kind, resource) => {
  const found = needsOf(manifest(kind), false).find((need) => need.resource === resource);
  expect(found).toMatchObject({ verbs: ['get', 'patch'], where: 'targets', required: true });
});

test('Chaos Mesh asks about a Workflow by its singular, besides the real resource', () => {
  const asked = needsOf(manifest('Workflow'), false).filter(({ verbs }) => verbs.includes('create'));
  expect(asked.map(({ resource, where }) => `${resource} ${where}`)).toEqual(
    expect.arrayContaining(['workflows object', 'workflow targets']),
  );
});

test('what is only observed is neither made nor removed', () => {
  const verbs = needsOf(manifest('PodChaos'), true)
    .filter(({ group, where }) => group === 'chaos-mesh.org' && where === 'object')
    .flatMap((need) => need.verbs);
  expect(verbs).toEqual(['get', 'list', 'watch']);
});

test('what is only observed, but may be deleted, needs what its removal takes', () => {
  const verbs = needsOf(manifest('PodChaos'), true, true)
    .filter(({ group, where }) => group === 'chaos-mesh.org' && where === 'object')
    .flatMap((need) => need.verbs);
  expect(verbs).toEqual(['get', 'list', 'watch', 'delete', 'patch']);
});
