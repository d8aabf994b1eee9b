import type { ManifestPath } from '../manifest.ts';
import { type Findings, shown } from './findings.ts';
import { parseRate, type Rate } from './values.ts';

const ALLOWED = 'a whole number with bit, kbit, mbit, gbit or tbit; bps, kbps, mbps, gbps and tbps mean bytes';

/** Rules of a bandwidth, of whichever queue; it comes back where it can be read. */
export function checkRate(text: unknown, path: ManifestPath, findings: Findings): Rate | undefined {
  if (typeof text !== 'string') return undefined;
  const rate = parseRate(text);
  if (!rate) findings.error(path, 'this is no bandwidth', { found: shown(text), allowed: ALLOWED });
  else if (rate.number === 0)
    findings.error(path, 'the kernel knows no bandwidth of nothing: to cut pods off is action: partition', {
      found: shown(text),
    });
  else if (rate.inBytes) findings.warning(path, ...bytesMeant(rate));
  return rate;
}

function bytesMeant({ number, unit }: Rate): [message: string, detail: { found: string; hint: string }] {
  const bits = unit.replace('bps', 'bit');
  return [
    `tc counts ${unit} in bytes: this is ${number * 8}${bits}`,
    { found: `${number}${unit}`, hint: `${number}${bits}, or ${number * 8}${bits} if bytes are meant` },
  ];
}
