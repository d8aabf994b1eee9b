import { GO_DURATION, goDurationMs } from '../go-duration.ts';
import { shown } from './findings.ts';
import type { FaultSubject } from './rule.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT'];

/** Rules of HTTPChaos. */
export function checkHttpChaos({ fault, findings }: FaultSubject): void {
  const { spec, path } = fault;
  const at = (key: string) => [...path, key];
  const { method, port, delay } = spec;
  if (port === undefined || (typeof port === 'number' && (port < 1 || port > 65_535)))
    findings.error(at('port'), 'the port on which the pods serve is needed', {
      ...(port !== undefined && { found: shown(port) }),
      allowed: '1 to 65535',
    });
  if (typeof method === 'string' && !METHODS.includes(method))
    findings.error(at('method'), noMethod(spec['target']), {
      found: shown(method),
      allowed: METHODS.join(', '),
      hint: 'leave out "method" to mean all of them',
    });
  const delayMs = goDurationMs(delay);
  if (delay !== undefined && delayMs === undefined)
    findings.error(at('delay'), 'this is no duration', { found: shown(delay), allowed: GO_DURATION });
  else if (delayMs !== undefined && delayMs <= 0)
    findings.error(at('delay'), 'a delay of nothing is no fault', { found: shown(delay) });
  if (spec['abort'] !== true && [delay, spec['replace'], spec['patch']].every((each) => each === undefined))
    findings.error(path, 'this does nothing to the calls', { allowed: 'abort, delay, replace or patch' });
  checkSide(spec['target'], fault, findings);
}

/** Of responses Chaos Mesh does not look at the method, when it admits them. */
function noMethod(target: unknown): string {
  return `there is no such method, ${target === 'Response' ? 'so that nothing would be hit' : 'and Chaos Mesh refuses it'}`;
}

/** A request has no code yet. */
function checkSide(target: unknown, { spec, path }: FaultSubject['fault'], findings: FaultSubject['findings']): void {
  if (target !== 'Request') return;
  for (const key of ['code', 'response_headers'])
    if (spec[key] !== undefined)
      findings.error([...path, key], 'a request has none yet, so that nothing would be hit', {
        hint: 'target: Response',
      });
}
