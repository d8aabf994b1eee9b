import { describeTrouble } from '../lib/kafka/trouble.ts';

const FETCH_TROUBLES: Record<number, string> = {
  1: 'the position lies outside of what the broker keeps',
  3: 'a topic does not exist',
  5: 'a partition has no leader at the moment',
  6: 'a partition has no leader at the moment',
  29: 'we may not read the topic',
  74: 'a partition has no leader at the moment',
  75: 'a partition has no leader at the moment',
  100: 'the topic was deleted',
  103: 'the topic was deleted',
};

/** The broker no longer has what is at the position. */
export const OFFSET_OUT_OF_RANGE = 1;

/** What a broker's answer for one partition says went wrong. */
export function fetchTrouble(errorCode: number): string {
  return FETCH_TROUBLES[errorCode] ?? `the broker gave error ${errorCode}`;
}

/** Why the brokers could not be read. */
export function readTrouble(error: unknown): string {
  return error instanceof NotReadable ? error.message : describeTrouble(error);
}

/** The cluster is not one that this probe can read. */
export class NotReadable extends Error {}

/** The broker said itself that it did not take the record, or nothing was sent. */
const NOT_WRITTEN = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_TOPIC_ID',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'FENCED_LEADER_EPOCH',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'NOT_ENOUGH_REPLICAS',
  'INVALID_TOPIC_EXCEPTION',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'POLICY_VIOLATION',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'PLT_KFK_USER',
  'PLT_KFK_AUTHENTICATION',
]);

/** True where a send that failed has certainly written nothing; otherwise nobody knows. */
export function certainlyNotWritten(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 10) return false;
  const { code, apiId, cause, errors } = error as Record<string, unknown>;
  if (NOT_WRITTEN.has(String(apiId)) || NOT_WRITTEN.has(String(code))) return true;
  const below = [cause, ...(Array.isArray(errors) ? errors.slice(0, 50) : [])];
  return below.some((each) => certainlyNotWritten(each, depth + 1));
}
