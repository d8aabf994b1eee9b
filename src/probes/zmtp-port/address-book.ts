import type { ZmtpFailure } from '../lib/zmtp/failure.ts';

/** How many addresses a host name must resolve to. */
export interface AddressDemand {
  atLeast: number;
  /** Absent: addresses of both kinds count. */
  family?: 4 | 6 | undefined;
}

/** The addresses of a host name, sorted, perhaps none; or why they are not known. */
export type Lookup = { addresses: string[] } | { failure: ZmtpFailure };

/** What one look-up means: who is to be asked, who should be there and is not, and what is wrong with the name itself. */
export interface Page {
  addresses: string[];
  missing: string[];
  /** The name does not say whether the missing ones are gone. */
  unsure: boolean;
  problem?: { reason: string; says: 'bad' | 'unknown' };
}

export const MOST_ADDRESSES = 64;

/**
 * Remembers which addresses a name had, so that one that vanishes is told and not just left out: it is missing until the name has as many
 * as are demanded. Then those count, whichever they are: a pod that is replaced comes back at another address.
 */
export class AddressBook {
  readonly #demand: AddressDemand;
  /** The oldest first. */
  #known: string[] = [];

  constructor(demand: AddressDemand) {
    this.#demand = demand;
  }

  /** Takes what a look-up brought. */
  read(lookup: Lookup): Page {
    if ('failure' in lookup) return this.#unread(lookup.failure);
    const found = lookup.addresses.slice(0, MOST_ADDRESSES);
    const { atLeast } = this.#demand;
    if (found.length >= atLeast) {
      this.#known = found;
      return { addresses: found, missing: [], unsure: false, ...excess(lookup.addresses) };
    }
    const missing = this.#missing(found);
    this.#known = [...this.#known.filter((address) => !found.includes(address)), ...found].slice(-MOST_ADDRESSES);
    return {
      addresses: found,
      missing,
      unsure: false,
      problem: { reason: tooFew(found.length, atLeast), says: 'bad' },
    };
  }

  #unread({ code, reason }: ZmtpFailure): Page {
    const says = code === 'local' || code === 'stopped' ? 'unknown' : 'bad';
    return { addresses: [], missing: this.#missing([]), unsure: true, problem: { reason, says } };
  }

  /** Of those that are no longer there the latest ones, as many as the demand lacks. */
  #missing(found: string[]): string[] {
    const gone = this.#known.filter((address) => !found.includes(address));
    return gone.slice(-(this.#demand.atLeast - found.length)).sort();
  }
}

function tooFew(found: number, atLeast: number): string {
  if (found === 0) return 'the host name does not resolve to any address';
  const addresses = found === 1 ? '1 address' : `${found} addresses`;
  return `the host name resolves to ${addresses}, at least ${atLeast} are demanded`;
}

function excess({ length }: string[]): Pick<Page, 'problem'> {
  if (length <= MOST_ADDRESSES) return {};
  const reason = `the host name resolves to more than ${MOST_ADDRESSES} addresses, not all were asked`;
  return { problem: { reason, says: 'unknown' } };
}
