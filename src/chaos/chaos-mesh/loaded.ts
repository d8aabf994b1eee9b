import type { Driver, DriverContext, FoundFault, InspectedExperiment, Inspection } from '../contract.ts';
import type { ChaosMeshConfig } from './config.ts';
import { openChaosMesh } from './open.ts';
import { inspectPlace } from './preflight/inspect.ts';
import { preflight } from './preflight/preflight.ts';
import { openProof } from './proof/proof.ts';
import { sweepRecorded } from './sweep.ts';
import { sweepPlaces } from './sweep-place.ts';

/** What the registry loads only when an experiment asks for it: the driver with its parts. */
export function open(config: ChaosMeshConfig, context: DriverContext): Promise<Driver> {
  return openChaosMesh(config, context, { preflight, openProof });
}

export function sweep(undo: unknown, signal: AbortSignal): Promise<string> {
  return sweepRecorded(undo, signal, openProof);
}

export function sweepPlace(
  experiments: readonly InspectedExperiment<ChaosMeshConfig>[],
  signal: AbortSignal,
): Promise<FoundFault[]> {
  return sweepPlaces(experiments, signal, openProof);
}

export function inspect(
  experiments: readonly InspectedExperiment<ChaosMeshConfig>[],
  signal: AbortSignal,
): Promise<Inspection[]> {
  return inspectPlace(experiments, signal);
}
