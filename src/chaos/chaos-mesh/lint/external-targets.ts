import type { ManifestPath } from '../manifest.ts';
import { type Findings, shown } from './findings.ts';
import type { FaultSubject } from './rule.ts';

interface External {
  host: string;
  port: string | undefined;
  /** `undefined` where the host is no network. */
  prefix: string | undefined;
}

/** Rules of `externalTargets`, which Chaos Mesh does not check at all. */
export function checkExternalTargets({ fault, findings }: FaultSubject): void {
  const { spec, path } = fault;
  const targets = spec['externalTargets'];
  if (!Array.isArray(targets)) return;
  const incoming = spec['direction'] === 'from' || spec['direction'] === 'both';
  for (const [index, target] of targets.entries()) {
    if (typeof target !== 'string') continue;
    const at = [...path, 'externalTargets', index];
    const external = parse(target);
    checkAddress(target, external, at, findings);
    if (external.port !== undefined && isEverywhere(external) && !incoming) warnOfPort(target, external, at, findings);
  }
}

function parse(target: string): External {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::([^:]*))?$/.exec(target) ?? [];
  const whole = bracketed ?? plain ?? target;
  const [host, prefix] = whole.split('/', 2);
  return { host: host!, port, prefix };
}

function checkAddress(target: string, { host, port, prefix }: External, at: ManifestPath, findings: Findings): void {
  const found = shown(target);
  const withPort = (network: string): string => (port === undefined ? network : `${network}:${port}`);
  const halves = `two halves: "${withPort('0.0.0.0/1')}" and "${withPort('128.0.0.0/1')}"`;
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    findings.error(at, 'this is no port', { found, allowed: '1 to 65535' });
  if (isIpv6(host)) {
    findings.error(at, 'Chaos Mesh knows IPv4 only', { found, hint: 'the IPv4 address, or a name' });
    return;
  }
  if (host === '0.0.0.0' && prefix === undefined) {
    findings.error(at, '0.0.0.0 is taken for one address, which no packet has: nothing would be hit', {
      found,
      hint: halves,
    });
    return;
  }
  if (prefix === '0') {
    findings.error(at, 'the kernel refuses a set with the prefix 0, so that the injection fails', {
      found,
      hint: halves,
    });
    return;
  }
  if (prefix !== undefined && (!isIpv4(host) || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32)) {
    findings.error(at, 'this is no network', { found, allowed: 'such as 10.0.0.0/8' });
    return;
  }
  if (!isIpv4(host) && !/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?$/.test(host))
    findings.error(at, 'this is no address', {
      found,
      allowed: 'an IPv4 address, a network or a name, and a port if need be: 10.1.2.3:7233',
    });
  else if (/^[\d.]+$/.test(host) && !isIpv4(host)) findings.error(at, 'this is no address', { found });
}

// To load node:net for this would make every check start later.
function isIpv4(host: string): boolean {
  const parts = host.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isIpv6(host: string): boolean {
  return /^[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/.test(host);
}

function isEverywhere({ host, prefix }: External): boolean {
  return host === '0.0.0.0' || (prefix !== undefined && Number(prefix) <= 1);
}

/** The port is always that of the packet's destination. */
function warnOfPort(target: string, { port }: External, at: ManifestPath, findings: Findings): void {
  findings.warning(
    at,
    `only what the pods send to port ${port} elsewhere is hit: what they serve on it leaves with that port as its source`,
    { found: shown(target), hint: 'direction: from (or both), if the pods themselves listen on it' },
  );
}
