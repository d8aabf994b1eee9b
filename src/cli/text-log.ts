import type { Log } from '../clients/log.ts';

/** For people: warnings and errors as plain lines; what is only of interest to machines is left out. */
export function createTextLog(write: (text: string) => void, mask: (text: string) => string): Log {
  const line = (word: string) => (fields: Record<string, unknown>, message: string) =>
    write(mask(`${word}: ${message}${detailsOf(fields)}\n`));
  return { debug() {}, info() {}, warn: line('warning'), error: line('error') };
}

function detailsOf(fields: Record<string, unknown>): string {
  const details = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
  return details.length > 0 ? ` (${details.join(', ')})` : '';
}
