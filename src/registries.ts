import { driverTypes } from './chaos/registry.ts';
import { exporterTypes } from './exporters/registry.ts';
import type { Registries } from './plan/registries.ts';
import { probeTypes } from './probes/registry.ts';
import { sourceTypes } from './sources/registry.ts';
import { vantageTypes } from './vantages/registry.ts';

/** Every plug-in that ships. */
export const registries: Registries = {
  probes: probeTypes,
  drivers: driverTypes,
  sources: sourceTypes,
  vantages: vantageTypes,
  exporters: exporterTypes,
};
