import { type Fields, isFields, type ManifestPath } from '../manifest.ts';
import { type Findings, shown } from './findings.ts';
import { checkRate } from './rate.ts';
import type { FaultSubject } from './rule.ts';
import { parseNumber } from './values.ts';

const SHARES = ['loss', 'duplicate', 'corrupt'];

/** Rules of what netem does: delay, loss, duplication, corruption, a rate. */
export function checkNetem({ fault, findings }: FaultSubject): void {
  const { action, spec, path } = fault;
  const given = ['delay', ...SHARES, 'rate'].filter((key) => isFields(spec[key]));
  if (given.length === 0)
    findings.error([...path, action === 'netem' ? 'action' : (action ?? 'action')], `${action} does not say how much`, {
      allowed: action === 'netem' ? 'delay, loss, duplicate, corrupt or rate' : `the key ${action}`,
      hint: 'Chaos Mesh admits it all the same, and then fails to inject it',
    });
  for (const key of given) {
    const holder = spec[key] as Fields;
    const at = [...path, key];
    if (key === 'delay') checkDelay(holder, at, findings);
    else if (key === 'rate') checkRate(holder['rate'], [...at, 'rate'], findings);
    else checkShare(holder[key], [...at, key], `without this nothing is hit by ${key}`, findings);
    if (holder['correlation'] !== undefined) checkCorrelation(holder['correlation'], [...at, 'correlation'], findings);
  }
}

/** Narrower than a duration of Go: one number and one unit. */
const TIME = /^[0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h)$/;

function checkDelay(delay: Fields, path: ManifestPath, findings: Findings): void {
  for (const key of ['latency', 'jitter'])
    if (delay[key] !== undefined && !TIME.test(String(delay[key])))
      findings.error([...path, key], 'expected one number and one unit', {
        found: shown(delay[key]),
        allowed: 'such as 200ms or 1.5s',
      });
  const { latency, jitter, correlation, reorder } = delay;
  if (typeof latency === 'string' && TIME.test(latency) && Number.parseFloat(latency) === 0 && jitter === undefined)
    findings.error([...path, 'latency'], 'a delay of nothing is no fault', { found: shown(latency) });
  if (correlation !== undefined && Number(correlation) !== 0 && isNothing(jitter))
    findings.warning([...path, 'correlation'], 'without jitter there is nothing that could be correlated', {
      hint: 'jitter: 100ms, or leave it out',
    });
  if (!isFields(reorder)) return;
  checkShare(reorder['reorder'], [...path, 'reorder', 'reorder'], 'without this nothing is reordered', findings);
  if (reorder['correlation'] !== undefined)
    checkCorrelation(reorder['correlation'], [...path, 'reorder', 'correlation'], findings);
}

function isNothing(jitter: unknown): boolean {
  return jitter === undefined || (typeof jitter === 'string' && Number.parseFloat(jitter) === 0);
}

/** Chaos Mesh reads a number and checks no range. */
function checkShare(value: unknown, path: ManifestPath, nothing: string, findings: Findings): void {
  if (typeof value !== 'string') return;
  const percent = parseNumber(value);
  if (percent === undefined || percent < 0 || percent > 100)
    findings.error(path, 'expected a number of percent, as a text', {
      found: shown(value),
      allowed: '"0" to "100"',
      ...(value.trim().endsWith('%') && { hint: `leave out the sign: "${value.replace('%', '').trim()}"` }),
    });
  else if (percent === 0) findings.error(path, nothing, { found: shown(value) });
}

function checkCorrelation(value: unknown, path: ManifestPath, findings: Findings): void {
  const percent = parseNumber(value);
  if (typeof value === 'string' && (percent === undefined || percent < 0 || percent > 100))
    findings.error(path, 'expected a number of percent, as a text', { found: shown(value), allowed: '"0" to "100"' });
}
