import * as z from 'zod';
import type { Registries } from './registries.ts';
import * as envelope from './schema/envelope.ts';
import * as faults from './schema/faults.ts';
import * as instruments from './schema/instruments.ts';
import * as objectives from './schema/objective.ts';
import { quantity } from './schema/words.ts';

/** The JSON Schema of a plan as people write it, with the configs of every plug-in. */
export function planJsonSchema(registries: Registries): Record<string, unknown> {
  const json = z.toJSONSchema(planSchema(registries), {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => tidy(jsonSchema),
  });
  return { ...json, title: 'Steadfast plan' };
}

function tidy(jsonSchema: Record<string, unknown>): void {
  if (jsonSchema['secret'] !== true) return;
  delete jsonSchema['secret'];
  jsonSchema['writeOnly'] = true;
}

function planSchema(registries: Registries): z.ZodType {
  return envelope.envelope.extend({
    spec: envelope.specKeys.extend({
      seed: envelope.seed.optional(),
      phases: faults.phases.optional(),
      limits: faults.limits.extend({ abortWhen: z.array(faults.stopCondition).optional() }).optional(),
      sources: z.array(byType(instruments.source, 'type', registries.sources)).optional(),
      vantages: z.array(byType(instruments.vantage, 'type', registries.vantages)).optional(),
      probes: z.array(byType(instruments.probe, 'type', registries.probes)).min(1),
      baselines: z.array(instruments.baseline).optional(),
      experiments: z.array(byType(experiment, 'driver', registries.drivers)).min(1),
      objectives: z.array(objective).min(1),
      exporters: z.array(byType(instruments.exporter, 'type', registries.exporters)).optional(),
    }),
  });
}

interface PlugIn {
  type: string;
  summary: string;
  config: z.ZodType;
}

/** One form per type, each with the config of that type. */
function byType(entry: z.ZodObject, key: string, types: ReadonlyMap<string, PlugIn>): z.ZodType {
  const forms = [...types.values()].map(({ type, summary, config }) =>
    entry.extend({
      [key]: z.literal(type).describe(summary),
      config: mayBeLeftOut(config) ? config.optional() : config,
    }),
  );
  const [first, ...others] = forms;
  return first ? z.discriminatedUnion(key, [first, ...others]) : entry;
}

function mayBeLeftOut(config: z.ZodType): boolean {
  return config.safeParse({}).success;
}

const indicator = z.union(Object.values(objectives.indicators));
const target = z.union([quantity, ...Object.values(objectives.comparisons)]);
const bounds = {
  atLeast: target.optional().describe('The least that is fine.'),
  atMost: target.optional().describe('The most that is fine.'),
};
const objective = objectives.objective.extend({ indicator, ...bounds });
const experiment = faults.experiment.extend({
  phases: faults.phases.optional(),
  expect: objectives.expectation.extend({ indicator, ...bounds }).optional(),
});
