import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { MADE_KINDS } from '../../src/chaos/chaos-mesh/api.ts';
import { type Manifest, pluralOf, targetNamespacesOf } from '../../src/chaos/chaos-mesh/manifest.ts';
import { CHAOS_MESH_NAMESPACE, needsOf } from '../../src/chaos/chaos-mesh/preflight/needs.ts';
import { REPOSITORY } from '../repository/planted-tree.ts';
import { shippedExperiments, withDefaults } from './shipped-experiments.ts';

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}
interface RbacObject {
  kind: string;
  metadata: { name: string; namespace?: string };
  rules?: Rule[];
  roleRef?: { name: string };
  subjects?: { kind: string; name: string; namespace: string }[];
}

/** `namespace group/resource verb`; the namespace is `*` for all and for what is in none. */
type Permission = string;

const objects = parseAllDocuments(readFileSync(join(REPOSITORY, 'deploy/cronjob/accounts.yaml'), 'utf8')).map(
  (document) => document.toJS() as RbacObject,
);
const granted = new Set(objects.filter(({ kind }) => kind.endsWith('RoleBinding')).flatMap(permissionsOf));
const shipped = shippedExperiments().map(({ row, manifest }) => ({ row, needed: needed(manifest) }));

describe.each(shipped)('the account of the weekly run', ({ row, needed }) => {
  it(`may do all that ${row} takes`, () => {
    expect(needed.filter((permission) => !isGranted(permission))).toEqual([]);
  });
});

it('may do nothing that no experiment takes, nor the sweep, nor finding out who we are', () => {
  const chaos = ['aibrix-system', 'bytebot', 'kv-sync-test'];
  const sweep = MADE_KINDS.map((kind) => `* chaos-mesh.org/${pluralOf(kind)} list`);
  const ourselves = ['steadfast /pods get'];
  const used = new Set([...shipped.flatMap((each) => each.needed), ...sweep, ...ourselves].flatMap(everyPlace));

  expect([...granted].filter((permission) => !used.has(permission)).sort()).toEqual([]);

  function everyPlace(permission: Permission): Permission[] {
    const [place = '', ...rest] = permission.split(' ');
    return chaos.includes(place) ? chaos.map((each) => [each, ...rest].join(' ')) : [permission];
  }
});

it('is bound to the account, and to nobody else', () => {
  for (const { subjects } of objects.filter(({ kind }) => kind.endsWith('RoleBinding')))
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name: 'steadfast', namespace: 'steadfast' }]);
});

function needed(file: string): Permission[] {
  const manifest = madeFrom(parse(withDefaults(readFileSync(file, 'utf8'))));
  const own = manifest.metadata.namespace!;
  const places = {
    targets: targetNamespacesOf(manifest, own),
    object: [own],
    'chaos-mesh': [CHAOS_MESH_NAMESPACE],
    cluster: ['*'],
  };
  const all = needsOf(manifest, false).flatMap(({ group, resource, subresource, verbs, where }) =>
    places[where].flatMap((place) =>
      verbs.map((verb) => `${place} ${group}/${[resource, subresource].filter(Boolean).join('/')} ${verb}`),
    ),
  );
  return manifest.kind === 'Workflow' ? [...new Set(all), `${own} chaos-mesh.org/schedules get`] : [...new Set(all)];
}

/** What a run makes of a Schedule: one Workflow. */
function madeFrom(manifest: Manifest): Manifest {
  if (manifest.kind !== 'Schedule') return manifest;
  return { ...manifest, kind: 'Workflow', spec: manifest.spec['workflow'] as Manifest['spec'] };
}

function permissionsOf({ metadata, roleRef, kind }: RbacObject): Permission[] {
  const role = objects.find((each) => each.rules !== undefined && each.metadata.name === roleRef?.name);
  const place = kind === 'ClusterRoleBinding' ? '*' : metadata.namespace;
  return (role?.rules ?? []).flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${place} ${group}/${resource} ${verb}`)),
    ),
  );
}

function isGranted(permission: Permission): boolean {
  const [, ...rest] = permission.split(' ');
  return granted.has(permission) || granted.has(['*', ...rest].join(' '));
}
