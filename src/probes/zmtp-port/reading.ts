import type { SamplePart } from '../../slo/model/entry.ts';
import type { Reading } from '../contract.ts';
import type { Page } from './address-book.ts';

/** What came of an endpoint. `addresses`: how many its name has, where that is asked and known. */
export interface Visit {
  parts: SamplePart[];
  addresses?: number | undefined;
}

const STEP_NAMES = ['lookupMs', 'connectMs', 'greetingMs', 'handshakeMs', 'totalMs'];

/** Parts for what a look-up did not bring: first what is wrong with the name, then each address that is missing. */
export function absentParts(endpoint: string, { problem, missing, unsure }: Page): SamplePart[] {
  const outcome = unsure ? 'unknown' : 'bad';
  const reason = unsure
    ? 'whether the host name still resolves to this address is not known'
    : 'the host name no longer resolves to this address';
  return [
    ...(problem ? [{ labels: { endpoint }, outcome: problem.says, values: {}, reason: problem.reason }] : []),
    ...missing.map((address): SamplePart => ({ labels: { endpoint, address }, outcome, values: {}, reason })),
  ];
}

/** The slowest part's steps stand for the whole; a step that not every part reached has no value. */
export function readingOf(visits: Visit[]): Reading {
  const parts = visits.flatMap((visit) => visit.parts);
  const values: Record<string, number> = {};
  for (const step of STEP_NAMES) {
    const reached = parts.map((part) => part.values[step]).filter((value) => value !== undefined);
    if (reached.length === parts.length) values[step] = Math.max(...reached);
  }
  const addresses = fewestAddresses(visits);
  if (addresses !== undefined) values['addresses'] = addresses;
  const worst = parts.find((part) => part.outcome === 'bad') ?? parts.find((part) => part.outcome === 'unknown');
  return { outcome: worst?.outcome ?? 'good', values, ...(worst?.reason && { reason: worst.reason }), parts };
}

/** Absent where it was not asked, or is not known of one. */
function fewestAddresses(visits: Visit[]): number | undefined {
  const asked = visits.filter((visit) => 'addresses' in visit).map(({ addresses }) => addresses);
  const known = asked.filter((addresses) => addresses !== undefined);
  return known.length > 0 && known.length === asked.length ? Math.min(...known) : undefined;
}
