import type { z } from 'zod';
import type { Path } from './diagnostic.ts';

type Schema = z.core.$ZodType;

/** The parts of a schema's definition that lead to other schemas. */
interface Definition {
  type: string;
  shape?: Record<string, Schema>;
  element?: Schema;
  items?: Schema[];
  valueType?: Schema;
  innerType?: Schema;
  in?: Schema;
  out?: Schema;
  options?: Schema[];
  left?: Schema;
  right?: Schema;
}

/** The keys that an object at this place may have. */
export function keysAt(schema: Schema, path: Path): string[] {
  let places = alternatives(schema);
  for (const step of path) places = places.flatMap((place) => childrenAt(place, step)).flatMap(alternatives);
  return [...new Set(places.flatMap((place) => Object.keys(definitionOf(place).shape ?? {})))].sort();
}

/** The places in a value whose schema says that it is a secret. */
export function secretPaths(schema: Schema, value: unknown, path: Path = []): Path[] {
  return alternativesAndWrappers(schema).some(isSecret)
    ? [path]
    : alternatives(schema).flatMap((place) => secretsUnder(place, value, path));
}

function secretsUnder(place: Schema, value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([step, inner]) =>
    childrenAt(place, step).flatMap((child) => secretPaths(child, inner, [...path, step])),
  );
}

function isSecret(schema: Schema): boolean {
  const meta = 'meta' in schema && typeof schema.meta === 'function' ? (schema as z.ZodType).meta() : undefined;
  return meta?.['secret'] === true;
}

/** The schemas that a value may have to meet, without wrappers such as `optional` and `default`. */
function alternatives(schema: Schema): Schema[] {
  return alternativesAndWrappers(schema).filter((each) => innerOf(definitionOf(each)).length === 0);
}

function alternativesAndWrappers(schema: Schema): Schema[] {
  return [schema, ...innerOf(definitionOf(schema)).flatMap(alternativesAndWrappers)];
}

function innerOf(definition: Definition): Schema[] {
  if (definition.type === 'union') return definition.options ?? [];
  if (definition.type === 'intersection')
    return [definition.left, definition.right].filter((side) => side !== undefined);
  if (definition.type === 'pipe') return [inputOf(definition)].filter((side) => side !== undefined);
  return definition.innerType ? [definition.innerType] : [];
}

/** What a pipe reads: its first schema, unless that only prepares the value for the second. */
function inputOf({ in: first, out }: Definition): Schema | undefined {
  return first && definitionOf(first).type === 'transform' ? out : first;
}

function childrenAt(place: Schema, step: string | number): Schema[] {
  const { type, shape, element, items, valueType } = definitionOf(place);
  if (type === 'object') return shape && Object.hasOwn(shape, step) ? [shape[step]!] : [];
  if (type === 'array') return element ? [element] : [];
  if (type === 'tuple') return items?.[Number(step)] ? [items[Number(step)]!] : [];
  return type === 'record' && valueType ? [valueType] : [];
}

function definitionOf(schema: Schema): Definition {
  // A lazy schema's definition would build what is behind it anew at each step.
  return schema._zod.def.type === 'lazy'
    ? { type: 'lazy', innerType: (schema as z.core.$ZodLazy)._zod.innerType }
    : (schema._zod.def as unknown as Definition);
}
