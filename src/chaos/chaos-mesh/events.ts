import { type KubeClient, type KubeObject, RESOURCES } from '../../clients/kubernetes/client.ts';
import type { DriverContext } from '../contract.ts';
import { inPlainWords, troubleOf } from './plain-words.ts';

const REASONS = new Set(['Failed', 'NotSupported', 'ChaosCRCreateFailed', 'ChaosCustomResourceCreateFailed']);
/** A controller that is a moment behind what it works on; it tries again, or has nothing more to do. */
const PASSING = /^Failed to update .*(not found|the object has been modified)/s;
const LOOK_EVERY_MS = 10_000;
const TOLD_LIMIT = 20;

/** The Kubernetes events about some objects that speak of trouble. */
export interface TroubleEvents {
  /** What was said last, in the words of Chaos Mesh. */
  last(): string | undefined;
  close(): Promise<void>;
}

/** Puts each kind of trouble that Chaos Mesh reports of these objects into the timeline, once, in plain words. */
export function tellEvents(
  kube: KubeClient,
  namespace: string,
  concerns: (name: string) => boolean,
  context: Pick<DriverContext, 'tell' | 'log'>,
): TroubleEvents {
  const over = new AbortController();
  const told = new Set<string>();
  let last: string | undefined;
  const following = kube.follow(
    { resource: RESOURCES.events, namespace },
    {
      lookEveryMs: LOOK_EVERY_MS,
      trouble: ({ message }) => context.log.warn({ namespace, trouble: message }, 'events cannot be followed'),
    },
    ({ kind, object }) => {
      const message = messageOf(object, concerns);
      if (kind === 'gone' || message === undefined) return;
      last = message;
      const trouble = troubleOf(message);
      if (told.has(trouble) || told.size >= TOLD_LIMIT) return;
      told.add(trouble);
      const text = inPlainWords(message);
      context.tell({ state: 'observed', reason: text, evidence: [{ of: 'note', text }] });
    },
    over.signal,
  );
  return {
    last: () => last,
    async close() {
      over.abort();
      await following;
    },
  };
}

function messageOf(event: KubeObject, concerns: (name: string) => boolean): string | undefined {
  const { reason, message, involvedObject } = event as {
    reason?: unknown;
    message?: unknown;
    involvedObject?: unknown;
  };
  const { name, apiVersion } = (involvedObject ?? {}) as { name?: unknown; apiVersion?: unknown };
  if (typeof reason !== 'string' || !REASONS.has(reason) || typeof message !== 'string') return undefined;
  if (PASSING.test(message)) return undefined;
  if (typeof apiVersion === 'string' && !apiVersion.startsWith('chaos-mesh.org/')) return undefined;
  return typeof name === 'string' && concerns(name) ? message : undefined;
}
