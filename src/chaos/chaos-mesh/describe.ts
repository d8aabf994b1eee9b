import { type ChaosMeshConfig, manifestOf } from './config.ts';
import { faultsOf, madeKindOf } from './manifest.ts';

/** In one phrase what will be broken. */
export function describeChaos(config: ChaosMeshConfig): string {
  const { schedule, namespace, observe } = config;
  if (schedule !== undefined)
    return observe
      ? `watches the next run of the Schedule ${namespace}/${schedule}`
      : `makes one run of the Schedule ${namespace}/${schedule}`;
  const manifest = manifestOf(config);
  if (!manifest) return 'runs a Chaos Mesh object';
  const faults = faultsOf(manifest).map(({ kind, action }) => (action === undefined ? kind : `${kind} ${action}`));
  const what = [...new Set(faults)].join(', ');
  return madeKindOf(manifest) === 'Workflow' ? `runs a Workflow of ${what}` : `makes ${what}`;
}
