import { networkTrouble } from '../../../clients/network-trouble.ts';

const BROKER_CODES: Record<string, string> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'a topic does not exist',
  COORDINATOR_NOT_AVAILABLE: 'the group has no coordinator at the moment',
  COORDINATOR_LOAD_IN_PROGRESS: 'the group has no coordinator at the moment',
  NOT_COORDINATOR: 'the group has no coordinator at the moment',
  LEADER_NOT_AVAILABLE: 'a partition has no leader at the moment',
  NOT_LEADER_OR_FOLLOWER: 'a partition has no leader at the moment',
  TOPIC_AUTHORIZATION_FAILED: 'we may not read the topic',
  GROUP_AUTHORIZATION_FAILED: 'we may not read the group',
  CLUSTER_AUTHORIZATION_FAILED: 'we may not ask the cluster',
  SASL_AUTHENTICATION_FAILED: 'the broker does not let us in',
  ILLEGAL_SASL_STATE: 'the broker does not let us in',
  UNSUPPORTED_SASL_MECHANISM: 'the broker does not know this SASL mechanism',
};

/** Says in one line why the brokers gave no answer to go by, from codes anywhere in the tree of errors that the client throws. */
export function describeTrouble(error: unknown): string {
  const errors = flatten(error);
  const topic = errors.map(unknownTopic).find((name) => name !== undefined);
  if (topic !== undefined) return `topic ${topic} does not exist`;
  const broker = errors.map(({ apiId }) => BROKER_CODES[String(apiId)] ?? apiId).find((text) => text !== undefined);
  if (broker !== undefined) return String(broker);
  if (errors.some(({ code }) => code === 'PLT_KFK_AUTHENTICATION')) return 'the broker does not let us in';
  return networkReason(errors);
}

function networkReason(errors: Fields[]): string {
  const known = errors.map(({ code }) => networkTrouble(String(code))).find((trouble) => trouble !== undefined);
  if (known) return `broker unreachable: ${known.message}`;
  if (errors.some(({ message }) => /timed out/i.test(String(message)))) return 'the brokers do not answer';
  if (errors.some(({ message }) => /TLS|certificate/i.test(String(message)))) return 'TLS handshake failed';
  if (errors.some(({ code }) => code === 'PLT_KFK_NETWORK')) return 'broker unreachable: the connection was closed';
  return 'the answer is not that of a Kafka broker';
}

type Fields = Record<string, unknown>;

/** The client says this one without a code. */
function unknownTopic({ code, message }: Fields): string | undefined {
  return code === 'PLT_KFK_USER' ? /^Unknown topic ([a-zA-Z0-9._-]{1,249})\.$/.exec(String(message))?.[1] : undefined;
}

function flatten(error: unknown, depth = 0): Fields[] {
  if (typeof error !== 'object' || error === null || depth > 10) return [];
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  const below = [cause, ...(Array.isArray(errors) ? errors.slice(0, 50) : [])];
  return [error as Fields, ...below.flatMap((each) => flatten(each, depth + 1))];
}
