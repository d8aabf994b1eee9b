import { GO_DURATION, goDurationMs } from '../go-duration.ts';
import { isFields } from '../manifest.ts';
import { shown } from './findings.ts';
import type { FaultSubject } from './rule.ts';

/** Directories that images bring with them, and that are rarely mounts. */
const RARELY_MOUNTS = new Set(['/', '/app', '/bin', '/etc', '/home', '/lib', '/opt', '/root', '/tmp', '/usr', '/var']);

/** Rules of IOChaos. */
export function checkIoChaos({ fault, findings }: FaultSubject): void {
  const { action, spec, path } = fault;
  const at = (key: string) => [...path, key];
  const { volumePath, delay, percent } = spec;
  if (action === 'latency' && delay === undefined)
    findings.error(at('delay'), 'the action latency does not say how much', { allowed: GO_DURATION });
  const delayMs = goDurationMs(delay);
  if (delay !== undefined && delayMs === undefined)
    findings.error(at('delay'), 'this is no duration', { found: shown(delay), allowed: GO_DURATION });
  else if (delayMs !== undefined && delayMs <= 0)
    findings.error(at('delay'), 'a delay of nothing is no fault', { found: shown(delay) });
  if (action === 'fault' && (spec['errno'] === undefined || spec['errno'] === 0))
    findings.error(at('errno'), 'the action fault needs the number of an error', {
      hint: 'errno: 5, an input/output error',
    });
  if (action === 'attrOverride' && !isFields(spec['attr']))
    findings.error(at('attr'), 'attrOverride does not say what to override');
  if (action === 'mistake' && !isFields(spec['mistake'])) findings.error(at('mistake'), 'mistake does not say which');
  if (percent === 0) findings.error(at('percent'), 'of no operations nothing is hit', { found: '0' });
  if (typeof volumePath !== 'string') return;
  if (!volumePath.startsWith('/'))
    findings.error(at('volumePath'), 'this must be an absolute path', { found: shown(volumePath) });
  else if (RARELY_MOUNTS.has(volumePath.replace(/(.)\/+$/, '$1')))
    findings.warning(
      at('volumePath'),
      'this must be a mount of the container: where it is none, the injection fails, and the object cannot be removed without force',
      { found: shown(volumePath), hint: 'a mountPath of the pod template; an emptyDir will do' },
    );
}
