import type { Progress } from '../getting/progress.ts';
import type { PartName } from '../part.ts';
import { parts } from '../parts.ts';
import { createResolver } from '../resolve.ts';

/** Gets the named parts, or all that run in the lab, and says of each where it lies; throws if any is missing. */
export async function resolveParts(names: readonly string[], say: Progress): Promise<void> {
  const wanted = names.length > 0 ? names.map(partNamed) : runningParts;
  const resolver = createResolver(say);
  const results = await Promise.allSettled(wanted.map(resolver));
  const missing: string[] = [];
  for (const result of results) {
    if (result.status === 'rejected') missing.push((result.reason as Error).message);
    else say(`${result.value.name} ${result.value.version} (${result.value.from}): ${result.value.path}`);
  }
  if (missing.length > 0) throw new Error(missing.join('\n'));
}

const runningParts: readonly PartName[] = [
  'prometheus',
  'alertmanager',
  'pushgateway',
  'toxiproxy',
  'temporal',
  'kafka',
  'java',
];

function partNamed(text: string): PartName {
  if (Object.hasOwn(parts, text)) return text as PartName;
  throw new Error(`there is no part "${text}", only ${Object.keys(parts).join(', ')}`);
}
