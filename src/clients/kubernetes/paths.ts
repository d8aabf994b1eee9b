import type { KubePlace, KubeRef, ListQuery } from './client.ts';

/** The path of a collection. */
export function pathOf({ resource, namespace }: KubePlace): string {
  const { group, version, plural, namespaced } = resource;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const within = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${within}/${plural}`;
}

export function pathOfOne(ref: KubeRef): string {
  return `${pathOf(ref)}/${encodeURIComponent(ref.name)}`;
}

/** The query string for what is given, with its question mark. */
export function queryOf(parameters: Record<string, string | number | boolean | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

export function selectorsOf({ labelSelector, fieldSelector }: ListQuery): Record<string, string | undefined> {
  return { labelSelector, fieldSelector };
}
