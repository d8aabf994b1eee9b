import { type Fields, isChaosKind, KNOWN_KINDS, type ManifestPath, OTHER_KINDS, specKeyOf } from '../manifest.ts';
import type { Findings } from './findings.ts';

/** One template or Schedule makes one fault: the specs of others beside it are passed over, or refused where it makes none. */
export function checkOtherFaults(holder: Fields, type: string, path: ManifestPath, findings: Findings): void {
  for (const kind of [...KNOWN_KINDS, ...OTHER_KINDS]) {
    const at = [...path, specKeyOf(kind)];
    if (kind === type || holder[specKeyOf(kind)] === undefined) continue;
    if (isChaosKind(type))
      findings.warning(at, `the type is ${type}, so that Chaos Mesh does not look at this`, {
        hint: 'each fault has one of its own',
      });
    else
      findings.error(at, `a template of type ${type} makes no fault, and Chaos Mesh refuses it`, {
        allowed: `only in ${kind}`,
        hint: `a template of type ${kind}`,
      });
  }
}
