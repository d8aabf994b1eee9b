import type { ChaosMeshConfig } from './config.ts';
import { manifestOf } from './config.ts';
import { type Fields, isFields, KNOWN_KINDS, type Manifest } from './manifest.ts';
import { scaledCount, scaledMagnitude } from './scaled.ts';

/** The same fault at a part of its intensity, or why there is no such thing. */
export type AtIntensity = { config: ChaosMeshConfig } | { problem: string };

/**
 * What has a magnitude (a delay, a loss, a load, an offset ...) is made weaker; what is all or nothing (a kill, a partition) strikes fewer
 * of the pods. The share of the whole, 1, is the config as it is written.
 */
export function atIntensity(config: ChaosMeshConfig, share: number): AtIntensity {
  const manifest = manifestOf(config);
  if (!manifest) return { problem: 'what the Schedule in the cluster makes is not known here' };
  const problem = problemOf(manifest);
  if (problem !== undefined) return { problem };
  if (share === 1) return { config };
  const weaker = scaledMagnitude(manifest.kind, manifest.spec, share) ?? scaledCount(manifest.spec, share);
  if ('problem' in weaker) return weaker;
  return { config: { ...config, manifest: { ...manifest, spec: weaker.spec } as Fields } };
}

function problemOf({ kind, spec }: Manifest): string | undefined {
  if (kind === 'Workflow' || kind === 'Schedule')
    return `a ${kind} has several parts with an intensity each: step the faults one by one`;
  if (!(KNOWN_KINDS as readonly string[]).includes(kind)) return `what the intensity of ${kind} is, is not known here`;
  if (kind === 'StressChaos' && !isFields(spec['stressors']))
    return 'what stressngStressors asks for is not looked into';
  return undefined;
}
