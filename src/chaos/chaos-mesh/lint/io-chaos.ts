import { GO_DURATION, goDurationMs } from '../go-duration.ts';
import { isFields, type ManifestPath } from '../manifest.ts';
import { type Findings, shown } from './findings.ts';
import type { FaultSubject } from './rule.ts';

/** Directories that images bring with them, and that are rarely mounts. */
const RARELY_MOUNTS = new Set(['/', '/app', '/bin', '/etc', '/home', '/lib', '/opt', '/root', '/tmp', '/usr', '/var']);

/** Of others the daemon says nothing: where it knows none of those that are named, nothing is hit. */
const METHODS = [
  ...['lookup', 'forget', 'getattr', 'setattr', 'readlink', 'mknod', 'mkdir', 'unlink', 'rmdir', 'symlink', 'rename'],
  ...['link', 'open', 'read', 'write', 'flush', 'release', 'fsync', 'opendir', 'readdir', 'releasedir', 'fsyncdir'],
  ...['statfs', 'setxattr', 'getxattr', 'listxattr', 'removexattr', 'access', 'create', 'getlk', 'setlk', 'bmap'],
];

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
  else if (delayMs !== undefined && String(delay).includes('.'))
    findings.warning(at('delay'), 'the daemon reads whole numbers only: the injection fails, and goes only by force', {
      found: shown(delay),
      hint: Number.isInteger(delayMs) ? `${delayMs}ms` : `${Math.round(delayMs * 1000)}us`,
    });
  if (action === 'fault' && (spec['errno'] === undefined || spec['errno'] === 0))
    findings.error(at('errno'), 'the action fault needs the number of an error', {
      hint: 'errno: 5, an input/output error',
    });
  if (action === 'attrOverride' && !isFields(spec['attr']))
    findings.error(at('attr'), 'attrOverride does not say what to override');
  if (action === 'mistake' && !isFields(spec['mistake'])) findings.error(at('mistake'), 'mistake does not say which');
  if (percent === 0) findings.error(at('percent'), 'of no operations nothing is hit', { found: '0' });
  checkMethods(spec['methods'], at('methods'), findings);
  if (typeof volumePath !== 'string') return;
  checkReach(spec['path'], volumePath, at('path'), findings);
  if (!volumePath.startsWith('/'))
    findings.error(at('volumePath'), 'this must be an absolute path', { found: shown(volumePath) });
  else if (RARELY_MOUNTS.has(volumePath.replace(/(.)\/+$/, '$1')))
    findings.warning(
      at('volumePath'),
      'this must be a mount of the container: where it is none, the injection fails, and the object cannot be removed without force',
      { found: shown(volumePath), hint: 'a mountPath of the pod template; an emptyDir will do' },
    );
}

function checkMethods(methods: unknown, path: ManifestPath, findings: Findings): void {
  for (const [index, method] of (Array.isArray(methods) ? methods : []).entries())
    if (typeof method === 'string' && !METHODS.includes(method.toLowerCase()))
      findings.error([...path, index], 'there is no such operation: it is passed over without a word', {
        found: shown(method),
        allowed: METHODS.join(', '),
      });
}

/** Only what is below the mount passes through the daemon's hands. */
function checkReach(files: unknown, volumePath: string, path: ManifestPath, findings: Findings): void {
  const below = volumePath.replace(/\/+$/, '');
  if (typeof files !== 'string' || !files.startsWith('/') || `${files}/`.startsWith(`${below}/`)) return;
  if (!/[*?[]/.test(files.slice(0, below.length)))
    findings.error(path, `this is not below ${volumePath}: nothing would be hit`, {
      found: shown(files),
      hint: `${below}/**/*`,
    });
}
