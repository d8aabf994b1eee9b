import { z } from 'zod';
import { formatDuration } from '../src/slo/model/quantity.ts';

/** A key of a plug-in's config, as a reader of the docs wants to know it. */
export interface ConfigKey {
  /** With the keys that lead to it: `tls.caFile`. */
  path: string;
  type: string;
  required: boolean;
  default?: string;
  help: string;
}

type Json = z.core.JSONSchema.BaseSchema & { form?: string };

/** Texts with a form of their own are told by what their schemas take, since a JSON Schema only calls them strings. */
const FORMS: [form: string, like: string][] = [
  ['duration', '90s'],
  ['size', '125KB'],
  ['`host:port`', 'host:1'],
  ['`tcp://host:port`', 'tcp://host:1'],
  ['URL', 'http://host'],
];
const NO_FORM = 'text';
const DEEPEST = 4;

/** The keys of a config with those of the maps inside it, in the order in which the schema names them. */
export function configKeys(config: z.ZodType): ConfigKey[] {
  const json = z.toJSONSchema(config, { io: 'input', unrepresentable: 'any', override: annotate });
  return keysUnder(json as Json, '', 1);
}

function annotate({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: Json }): void {
  const takes = (text: string): boolean => z.safeParse(zodSchema, text).success;
  const form = takes(NO_FORM) ? undefined : FORMS.find(([, like]) => takes(like))?.[0];
  if (form !== undefined) jsonSchema.form = form;
  const { def } = zodSchema._zod;
  if (def.type === 'default') jsonSchema.default ??= def.defaultValue as NonNullable<Json['default']>;
}

function keysUnder(json: Json, prefix: string, depth: number): ConfigKey[] {
  const forms = alternatives(json).filter(({ properties }) => properties !== undefined);
  const names = [...new Set(forms.flatMap(({ properties }) => Object.keys(properties ?? {})))];
  return names.flatMap((name) => {
    const value = oneOf(forms.map(({ properties }) => properties?.[name] as Json | undefined));
    const path = `${prefix}${name}`;
    const required = forms.every((form) => form.required?.includes(name));
    const own = keyOf(path, value, required);
    return depth < DEEPEST ? [own, ...keysUnder(value, `${path}.`, depth + 1)] : [own];
  });
}

/** What a key may be that stands in several forms of its map. */
function oneOf(values: (Json | undefined)[]): Json {
  const known = values.filter((value) => value !== undefined);
  const [first, second] = known;
  if (!first || !second) return first ?? {};
  return { anyOf: known, ...(first.description !== undefined && { description: first.description }) };
}

function keyOf(path: string, json: Json, required: boolean): ConfigKey {
  const key = { path, type: typeText(json), required, help: json.description ?? '' };
  return json.default === undefined ? key : { ...key, default: defaultText(json) };
}

function alternatives(json: Json): Json[] {
  return (json.anyOf ?? json.oneOf ?? [json]) as Json[];
}

function defaultText({ default: value, form }: Json): string {
  if (typeof value === 'number' && form === 'duration') return formatDuration(value);
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}

function typeText(json: Json): string {
  if (json.form !== undefined) return json.form;
  if (json.enum) return json.enum.map((word) => `\`${word}\``).join(', ');
  if (json.const !== undefined) return `\`${json.const}\``;
  if (json.$ref !== undefined) return 'anything';
  const forms = alternatives(json);
  if (forms.length > 1) return [...new Set(forms.map(typeText))].join(' or ');
  return [json.type]
    .flat()
    .map((type) => plainTypeText(type, json))
    .join(' or ');
}

function plainTypeText(type: string | undefined, json: Json): string {
  if (type === 'string') return 'text';
  if (type === 'array') return `list of ${typeText((json.items ?? {}) as Json)}`;
  if (type === 'object') return valueTypeText(json);
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'integer' || type === 'number') return `number${rangeText(json)}`;
  return type ?? 'anything';
}

function valueTypeText({ additionalProperties }: Json): string {
  return typeof additionalProperties === 'object' ? `map of ${typeText(additionalProperties as Json)}` : 'map';
}

function rangeText({ minimum, maximum }: Json): string {
  return minimum === undefined || maximum === undefined ? '' : ` (${minimum} to ${maximum})`;
}
