import { oneLine } from '../../clients/http-trouble.ts';
import { networkTrouble } from '../../clients/network-trouble.ts';

/** Codes of gRPC that this probe tells apart. */
const grpc = {
  cancelled: 1,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  unavailable: 14,
  unauthenticated: 16,
};

/** What a failed call says: about the server, or about the workflow itself. */
export interface CallTrouble {
  kind: 'unreachable' | 'not-found' | 'refused' | 'workflow';
  reason: string;
  /** The call certainly did not reach the server. */
  neverSent?: true;
}

/** Reads an error of the Temporal client by its codes and names, deepest cause first. */
export function readTrouble(error: unknown): CallTrouble {
  const chain = causesOf(error);
  const names = chain.map((link) => String(link['name'] ?? ''));
  if (names.includes('WorkflowFailedError')) return { kind: 'workflow', reason: workflowFailure(chain) };
  if (names.includes('WorkflowUpdateFailedError'))
    return { kind: 'workflow', reason: `the workflow refused the update: ${textOf(chain.at(-1))}` };
  if (names.includes('NamespaceNotFoundError')) return { kind: 'refused', reason: 'the namespace does not exist' };
  if (names.includes('WorkflowNotFoundError'))
    return { kind: 'not-found', reason: 'the server does not know the workflow' };
  const call = chain.findLast((link) => typeof link['code'] === 'number');
  return call ? readStatus(call) : { kind: 'unreachable', reason: `the call failed: ${textOf(chain.at(-1))}` };
}

function readStatus(status: Record<string, unknown>): CallTrouble {
  const details = String(status['details'] ?? status['message'] ?? '');
  switch (status['code']) {
    case grpc.unavailable:
      return unavailable(details);
    case grpc.deadlineExceeded:
    case grpc.cancelled:
      return { kind: 'unreachable', reason: 'the server does not answer' };
    case grpc.notFound:
      return /namespace/i.test(details)
        ? { kind: 'refused', reason: 'the namespace does not exist' }
        : { kind: 'not-found', reason: 'the server does not know the workflow' };
    case grpc.permissionDenied:
    case grpc.unauthenticated:
      return { kind: 'refused', reason: 'the server does not let us in' };
    default:
      return { kind: 'refused', reason: `server error: ${oneLine(details, 120)}` };
  }
}

function unavailable(details: string): CallTrouble {
  const code = /\b(E[A-Z]{4,}|E[A-Z]+_[A-Z]+)\b/.exec(details)?.[1] ?? '';
  const known = networkTrouble(code);
  const why = known?.message ?? tlsTrouble(details) ?? 'no connection';
  const reason = `server unreachable: ${why}`;
  const neverSent = known?.code === 'refused' || known?.code === 'dns';
  return { kind: 'unreachable', reason, ...(neverSent && { neverSent }) };
}

/** By what the library passes on of the words of OpenSSL and Node. */
const TLS_TROUBLES: readonly [said: RegExp, means: string][] = [
  [/CERT_ALTNAME_INVALID/, 'its certificate is for another name'],
  [/certificate has expired|CERT_HAS_EXPIRED/, 'its certificate has expired'],
  [/alert certificate required/, 'it wants a certificate of ours'],
  [/alert (unknown ca|bad certificate|certificate unknown|certificate expired)/, 'it does not accept our certificate'],
  [
    /unable to verify|self-signed|self signed|issuer certificate/,
    'its certificate is not signed by an authority that we know',
  ],
  [/certificate|TLS|SSL/i, 'TLS handshake failed'],
];

function tlsTrouble(details: string): string | undefined {
  return TLS_TROUBLES.find(([said]) => said.test(details))?.[1];
}

function workflowFailure(chain: Record<string, unknown>[]): string {
  const cause = chain.at(-1);
  switch (cause?.['name']) {
    case 'TerminatedFailure':
      return 'workflow was terminated';
    case 'TimeoutFailure':
      return 'workflow ran out of its execution timeout';
    case 'CancelledFailure':
      return 'workflow was cancelled';
    default:
      return `workflow failed: ${textOf(cause)}`;
  }
}

function textOf(link: Record<string, unknown> | undefined): string {
  return oneLine(String(link?.['message'] ?? 'no message'), 120);
}

/** Bounded, since a failure that came over the wire may claim any depth. */
function causesOf(error: unknown): Record<string, unknown>[] {
  const chain: Record<string, unknown>[] = [];
  for (let link = error; typeof link === 'object' && link !== null && chain.length < 20; ) {
    chain.push(link as Record<string, unknown>);
    link = (link as { cause?: unknown }).cause;
  }
  return chain;
}
