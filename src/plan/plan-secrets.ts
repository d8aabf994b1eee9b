import type { z } from 'zod';
import type { Path } from './diagnostic.ts';
import type { Registries } from './registries.ts';
import { secretPaths } from './schema-walk.ts';
import { isSecretName } from './secrets.ts';
import { valueAt } from './validate.ts';
import { isRecord } from './work.ts';

export interface PlanSecrets {
  /** Where the schemas of plug-ins say that a secret stands. */
  paths: Path[];
  /** Texts that must never be shown, wherever they turn up. */
  texts: string[];
}

/** Finds the secrets of a plan: what the schemas call secret, and what came from a variable whose name says so. */
export function findSecrets(values: unknown, registries: Registries, used: ReadonlyMap<string, string>): PlanSecrets {
  const paths = secretPlaces(values, registries);
  const fromSchemas = paths.flatMap((path) => textsUnder(valueAt(values, path)));
  const fromEnvironment = [...used].filter(([name]) => isSecretName(name)).map(([, text]) => text);
  return { paths, texts: [...new Set([...fromSchemas, ...fromEnvironment])].filter((text) => text !== '') };
}

function secretPlaces(values: unknown, registries: Registries): Path[] {
  const lists = [
    ['probes', 'type', registries.probes],
    ['sources', 'type', registries.sources],
    ['vantages', 'type', registries.vantages],
    ['exporters', 'type', registries.exporters],
    ['experiments', 'driver', registries.drivers],
  ] as const;
  return lists.flatMap(([list, word, types]) => {
    const entries = valueAt(values, ['spec', list]);
    if (!Array.isArray(entries)) return [];
    return entries.flatMap((entry, index) =>
      placesIn(entry, word, types).map((path) => ['spec', list, index, ...path]),
    );
  });
}

function placesIn(entry: unknown, word: string, types: ReadonlyMap<string, { config: z.ZodType }>): Path[] {
  if (!isRecord(entry) || typeof entry[word] !== 'string') return [];
  const type = types.get(entry[word]);
  return type ? secretPaths(type.config, entry['config'], ['config']) : [];
}

function textsUnder(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsUnder) : [];
}
