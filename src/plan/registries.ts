import type { DriverType } from '../chaos/contract.ts';
import type { ExporterType } from '../exporters/contract.ts';
import type { ProbeType } from '../probes/contract.ts';
import type { SourceType } from '../sources/contract.ts';
import type { VantageType } from '../vantages/contract.ts';

/** The plug-ins that a plan may name. The composition root fills it; the loader and the docs read it. */
export interface Registries {
  probes: ReadonlyMap<string, ProbeType>;
  drivers: ReadonlyMap<string, DriverType>;
  sources: ReadonlyMap<string, SourceType>;
  vantages: ReadonlyMap<string, VantageType>;
  exporters: ReadonlyMap<string, ExporterType>;
}
