import { faultsOf, isFields, type Manifest, pluralOf } from '../manifest.ts';
import { USUAL_NAMESPACE } from '../proof/daemon/find.ts';

/** A permission that a run may need. RBAC rules are made of these. */
export interface Need {
  group: string;
  resource: string;
  subresource?: string;
  verbs: readonly string[];
  /** `targets`: in every namespace where the fault acts; `object`: where its object lies. */
  where: 'targets' | 'object' | 'chaos-mesh' | 'cluster';
  /** Without it nothing is injected; else a proof or a warning is lacking. */
  required: boolean;
  why: string;
}

const CHAOS_MESH = 'chaos-mesh.org';
const READ = ['get', 'list', 'watch'] as const;

const ALWAYS: readonly Need[] = [
  need('', 'pods', READ, 'targets', true, 'to count and follow the targets'),
  need('', 'events', ['list', 'watch'], 'object', false, 'to say why Chaos Mesh could not inject'),
  need(
    'coordination.k8s.io',
    'leases',
    ['get', 'create', 'patch'],
    'targets',
    true,
    'so that two runs exclude each other',
  ),
  need('apps', 'deployments', ['list'], 'targets', false, 'to notice a rollout in progress'),
  need('apps', 'statefulsets', ['list'], 'targets', false, 'to notice a rollout in progress'),
  need('apps', 'daemonsets', ['list'], 'targets', false, 'to notice a rollout in progress'),
  need('policy', 'poddisruptionbudgets', ['list'], 'targets', false, 'to warn of budgets that the fault will break'),
  need('', 'namespaces', ['get'], 'cluster', false, 'to read who approved of the plan'),
  need('discovery.k8s.io', 'endpointslices', ['list'], 'chaos-mesh', false, 'to find the controller and the daemons'),
  need('apps', 'deployments', ['list'], 'chaos-mesh', false, 'to read the version of Chaos Mesh'),
  need(
    'admissionregistration.k8s.io',
    'validatingwebhookconfigurations',
    ['list'],
    'cluster',
    false,
    'to see when its certificates end',
  ),
];

/** What injecting and proving one kind of fault takes besides. */
const BY_KIND: Record<string, readonly Need[]> = {
  NetworkChaos: [
    carrier('podnetworkchaos'),
    need('', 'pods', ['get'], 'chaos-mesh', false, "to read a daemon's metrics through the API server", 'proxy'),
  ],
  IOChaos: [carrier('podiochaos')],
  HTTPChaos: [carrier('podhttpchaos')],
  StressChaos: [need('', 'nodes', ['get'], 'cluster', false, 'to measure the stress by the kubelet', 'proxy')],
  TimeChaos: [need('', 'pods', ['get'], 'targets', false, 'to read the clock of a process in its log', 'log')],
};

/** Everything that running this manifest needs. `observed`: nothing is created by us; `mayDelete`: but it may have to be removed. */
export function needsOf(manifest: Manifest, observed: boolean, mayDelete = false): Need[] {
  const kinds = [...new Set(faultsOf(manifest).map(({ kind }) => kind))];
  const removing = observed && !mayDelete ? [] : ['delete', 'patch'];
  const verbs = [...READ, ...(observed ? [] : ['create']), ...removing];
  return [
    ...objectNeeds(manifest, kinds, verbs),
    ...ALWAYS,
    ...kinds.flatMap((kind) => BY_KIND[kind] ?? []),
    ...nodeNeeds(manifest),
  ];
}

function objectNeeds({ kind, spec }: Manifest, kinds: readonly string[], verbs: readonly string[]): Need[] {
  const own = need(CHAOS_MESH, pluralOf(kind), verbs, 'object', true, 'to make the fault, follow it and remove it');
  const asked = [...new Set([kind, ...kinds])].map((one) =>
    need(
      CHAOS_MESH,
      one.toLowerCase(),
      ['create', 'update'],
      'targets',
      false,
      'Chaos Mesh asks for this one by its singular, when it is made or changed, in every namespace that a selector names',
    ),
  );
  if (kind !== 'Workflow' && !isFields(spec['templates'])) return [own, ...asked];
  const children = kinds.map((one) =>
    need(
      CHAOS_MESH,
      pluralOf(one),
      [...READ, 'delete', 'patch'],
      'object',
      true,
      "to follow the workflow's faults and remove them",
    ),
  );
  return [
    own,
    need(CHAOS_MESH, 'workflownodes', ['list', 'watch'], 'object', true, 'to follow the workflow'),
    ...children,
    ...asked,
  ];
}

function nodeNeeds(manifest: Manifest): Need[] {
  const byNode = faultsOf(manifest).some(({ spec }) => isFields(spec['selector']) && spec['selector']['nodeSelectors']);
  return byNode ? [need('', 'nodes', ['list'], 'cluster', true, 'to find the nodes that a selector describes')] : [];
}

/** Where Chaos Mesh merges what faults ask of one pod: a fault that does not go by itself is taken out of there. */
function carrier(resource: string): Need {
  const why = 'to see that the fault is gone afterwards, and to take it out where it does not go';
  return need(CHAOS_MESH, resource, ['get', 'patch'], 'targets', true, why);
}

function need(
  group: string,
  resource: string,
  verbs: readonly string[],
  where: Need['where'],
  required: boolean,
  why: string,
  subresource?: string,
): Need {
  return { group, resource, verbs, where, required, why, ...(subresource ? { subresource } : {}) };
}

/** The namespace of Chaos Mesh for the questions about it. */
export const CHAOS_MESH_NAMESPACE = USUAL_NAMESPACE;
