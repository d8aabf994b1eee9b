import { alertmanagerExporter } from './alertmanager.ts';
import type { ExporterType } from './contract.ts';
import { fileExporter } from './file.ts';
import { metricsExporter } from './metrics.ts';
import { pushgatewayExporter } from './pushgateway.ts';

/** All kinds of exporters, by the word in the plan's `type:`. */
export const exporterTypes: ReadonlyMap<string, ExporterType> = new Map(
  [metricsExporter, pushgatewayExporter, alertmanagerExporter, fileExporter].map((type) => [type.type, type]),
);
