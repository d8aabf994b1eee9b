import { type KubeObject, madeBy } from './objects.ts';

export interface Reading {
  namespace: string;
  name: string;
  resources: readonly string[];
  /** In all namespaces, and what belongs to none. */
  everywhere?: true;
}

/** A service account that may read some kinds of objects of the core group. */
export function readingAccount({ namespace, name, resources, everywhere }: Reading): KubeObject[] {
  const prefix = everywhere ? 'Cluster' : '';
  const place = everywhere ? { labels: madeBy } : { namespace, labels: madeBy };
  const group = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name, labels: madeBy } },
    {
      apiVersion: `${group}/v1`,
      kind: `${prefix}Role`,
      metadata: { name, ...place },
      rules: [{ apiGroups: [''], resources, verbs: ['get', 'list', 'watch'] }],
    },
    {
      apiVersion: `${group}/v1`,
      kind: `${prefix}RoleBinding`,
      metadata: { name, ...place },
      roleRef: { apiGroup: group, kind: `${prefix}Role`, name },
      subjects: [{ kind: 'ServiceAccount', namespace, name }],
    },
  ];
}
