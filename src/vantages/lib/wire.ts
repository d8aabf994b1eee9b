/**
 * What a vantage's process and its readers say to each other over HTTP. Every time is on the process's own monotonic clock, in ms since it
 * began; readers translate.
 */

export const WIRE_SCHEMA = 'steadfast/vantage/v1';

export const WIRE_PATHS = { timeline: '/v1/timeline', clock: '/v1/clock', drain: '/v1/drain' } as const;

/**
 * Parameters of the questions for a timeline and a drain: the reader's plan. A process that serves several answers for that one; where it serves
 * another version of it, or other plans only, its header says which.
 */
export const PLAN_PARAMETERS = { name: 'plan', digest: 'digest' } as const;

/** `since` of a reader that wants only what is measured from now on. */
export const FROM_NOW = 'now';

/** The first line of an answer to `GET /v1/timeline?since=CURSOR&boot=BOOT&wait=MS`. The entries follow, one a line. */
export interface WireHeader {
  type: 'header';
  schema: typeof WIRE_SCHEMA;
  plan: string;
  digest: string;
  vantage: string;
  /** Tells one process of the vantage from another: the pod's name, or the machine's. */
  instance: string;
  /** Tells this life of the process from its others. */
  boot: string;
  slotZero: number;
  version: string;
  /** When the request came. */
  received: number;
  /** How many entries after the cursor have fallen out of memory. */
  fallenOut: number;
}

/** The last line of an answer; one without it was cut, and counts for nothing. */
export interface WireEnd {
  type: 'next';
  /** To be sent as `since` the next time. */
  cursor: number;
  /** Every slot that was due before has its sample or gap before the cursor; absent where more is to be told at once. */
  settledTo?: number;
  /** When the answer left. */
  sent: number;
}

/** The answer to `GET /v1/clock`. */
export interface WireClock {
  boot: string;
  received: number;
  sent: number;
}

/** The answer to `POST /v1/drain?after=TIME&patience=MS`: a drain that began at `after` or later is over, and told before the cursor. */
export interface WireDrained {
  boot: string;
  cursor: number;
}
