import type { z } from 'zod';
import type { Log } from '../clients/log.ts';
import type { Entry } from '../slo/model/entry.ts';
import type { Plan } from '../slo/model/plan.ts';
import type { Delivery, Report } from '../slo/model/report.ts';

export interface ExporterContext {
  plan: Plan;
  run: string;
  log: Log;
}

/** Carries results away. A failing exporter is a Delivery in the report, never a changed verdict. */
export interface Exporter {
  /** Live, for every entry as it is recorded. Must be quick and must not throw. */
  observed?(entry: Entry): void;
  /** Once, at the end. Resolves with one Delivery per target; does not reject for a target's trouble. */
  reported(report: Report, signal: AbortSignal): Promise<Delivery[]>;
  close(): Promise<void>;
}

/** A kind of exporter: one file, one line in the registry. */
export interface ExporterType<Config = unknown> {
  /** The word in the plan's `type:`. */
  type: string;
  summary: string;
  /** In `z.lazy`, so that only a plan that names the type waits for its schema. */
  config: z.ZodType<Config>;
  /** YAML of a whole exporter, for the docs; checked against the schema by a test. */
  example: string;
  open(config: Config, context: ExporterContext): Promise<Exporter>;
}

/** Keeps the config's type inside the plug-in while the registry sees `unknown`. */
export function defineExporter<Config>(type: ExporterType<Config>): ExporterType {
  return type as unknown as ExporterType;
}
