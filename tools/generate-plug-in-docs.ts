import { readFileSync, writeFileSync } from 'node:fs';
import type { z } from 'zod';
import type { DriverType } from '../src/chaos/contract.ts';
import type { ExporterType } from '../src/exporters/contract.ts';
import type { ProbeType } from '../src/probes/contract.ts';
import { registries } from '../src/registries.ts';
import type { Unit, ValueDeclaration } from '../src/slo/model/plan.ts';
import { formatDuration } from '../src/slo/model/quantity.ts';
import type { SourceType } from '../src/sources/contract.ts';
import type { VantageType } from '../src/vantages/contract.ts';
import { configKeys } from './config-keys.ts';
import { fillSections, type Sections, table } from './generated-sections.ts';

export const PLUG_IN_DOCS_FILE = new URL('../docs/plug-ins.md', import.meta.url);

const SECTIONS: Sections = {
  contents: () => contentsText(),
  probes: () => joined(registries.probes, probeText),
  drivers: () => joined(registries.drivers, driverText),
  sources: () => joined(registries.sources, sourceText),
  vantages: () => joined(registries.vantages, vantageText),
  exporters: () => joined(registries.exporters, exporterText),
};

/** `docs/plug-ins.md` with its generated sections made anew. */
export function plugInDocsText(page: string): string {
  return fillSections(page, 'tools/generate-plug-in-docs.ts', SECTIONS);
}

function contentsText(): string {
  return Object.entries(registries)
    .map(([kind, types]: [string, ReadonlyMap<string, { type: string }>]) => {
      const links = [...types.keys()].map((type) => `[${type}](#${kind.slice(0, -1)}-${type})`);
      return `- ${kind}: ${links.join(', ')}`;
    })
    .join('\n');
}

function joined<Type>(types: ReadonlyMap<string, Type>, text: (type: Type) => string): string {
  return [...types.values()].map(text).join('\n\n');
}

function probeText({ type, summary, values, defaults, onTimeout, timeoutMeaning, config, example }: ProbeType): string {
  const { intervalMs, timeoutMs } = defaults;
  return paragraphs(
    `### Probe \`${type}\``,
    summary,
    `Every ${formatDuration(intervalMs)} with a timeout of ${formatDuration(timeoutMs)}, unless the plan says otherwise.`,
    `A slot that misses its deadline is ${onTimeout === 'bad' ? 'bad' : 'missing'}. ${timeoutMeaning}`,
    table(
      ['Value', 'Unit', 'Kind', 'Range', 'Needs', 'Meaning'],
      Object.entries(values).map(([name, value]) => valueRow(name, value)),
    ),
    configText(config),
    yamlText(example),
  );
}

function driverText({ type, summary, proof, config, example }: DriverType): string {
  return paragraphs(`### Driver \`${type}\``, summary, `Proof: ${proof}`, configText(config), yamlText(example));
}

function sourceText({ type, summary, config, example }: SourceType): string {
  return paragraphs(`### Source \`${type}\``, summary, configText(config), yamlText(example));
}

function vantageText({ type, summary, config, example }: VantageType): string {
  return paragraphs(`### Vantage \`${type}\``, summary, configText(config), yamlText(example));
}

function exporterText({ type, summary, config }: ExporterType): string {
  return paragraphs(`### Exporter \`${type}\``, `${summary} [Example](report.md#${type})`, configText(config));
}

const UNITS: Record<Unit, string> = { ms: 'ms', s: 's', ratio: 'share', bytes: 'bytes', '1': 'number' };

function valueRow(name: string, { unit, kind, range, needsTraffic, help }: ValueDeclaration): string[] {
  const [low, high] = range ?? [0, Number.POSITIVE_INFINITY];
  const needs = needsTraffic === undefined ? '' : `\`${needsTraffic}\``;
  return [`\`${name}\``, UNITS[unit], kind, rangeText(low, high), needs, sentence(help)];
}

function rangeText(low: number, high: number): string {
  if (low === Number.NEGATIVE_INFINITY) return high === Number.POSITIVE_INFINITY ? 'any' : `up to ${high}`;
  return high === Number.POSITIVE_INFINITY ? `from ${low}` : `${low} to ${high}`;
}

function configText(config: z.ZodType): string {
  const rows = configKeys(config).map(({ path, type, required, default: usual, help }) => [
    `\`${path}\``,
    type,
    required ? '*needed*' : usual === undefined ? '' : `\`${usual}\``,
    sentence(help),
  ]);
  return table(['Key of `config`', 'Type', 'Default', 'Meaning'], rows);
}

function yamlText(example: string): string {
  return `\`\`\`yaml\n${example.trimEnd()}\n\`\`\``;
}

/** Summaries of keys and values are phrases in some plug-ins and sentences in others. */
function sentence(text: string): string {
  if (text === '') return '';
  const begun = text.replace(/^[a-z](?=[a-z]*(?:[ ,;]|: ))/, (letter) => letter.toUpperCase());
  return /[.?!]$/.test(begun) ? begun : `${begun}.`;
}

function paragraphs(...texts: string[]): string {
  return texts.join('\n\n');
}

if (import.meta.main) writeFileSync(PLUG_IN_DOCS_FILE, plugInDocsText(readFileSync(PLUG_IN_DOCS_FILE, 'utf8')));
