import { shown } from './findings.ts';
import type { FaultSubject } from './rule.ts';

/** Rules of DNSChaos. */
export function checkDnsChaos({ fault, findings }: FaultSubject): void {
  const { spec, path } = fault;
  const { patterns } = spec;
  findings.warning(
    [...path, 'action'],
    'this is injected by editing /etc/resolv.conf in the container with its own sh, cp and sed: a read-only root file system or an image without them makes it fail',
    { hint: 'connections that are open already do not ask the DNS again: look at what connects anew' },
  );
  for (const [index, pattern] of (Array.isArray(patterns) ? patterns : []).entries())
    if (typeof pattern === 'string' && /\*./.test(pattern))
      findings.error([...path, 'patterns', index], 'a * may stand only at the end', {
        found: shown(pattern),
        allowed: 'such as bytebot.*',
      });
}
