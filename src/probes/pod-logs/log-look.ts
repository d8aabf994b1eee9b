import type { KubeClient } from '../../clients/kubernetes/client.ts';
import { reasonOf } from '../lib/pods/look.ts';
import type { PodState } from '../lib/pods/pod.ts';
import type { Config } from './config.ts';
import { ContainerLog, type FetchLog, type Taken } from './container-log.ts';
import { readPage } from './log-page.ts';

/** Room for what the limit of the API server does not count. */
const SPARE_BYTES = 64 * 1024;
const AT_ONCE = 8;
const CONTAINER_LIMIT = 200;

/** What one container's log brought. */
export interface Found extends Taken {
  pod: string;
}

/** Reads the logs of pods, each from where it was read to. */
export class LogLook {
  readonly #kube: KubeClient;
  readonly #config: Config;
  readonly #timeoutMs: number;
  #logs = new Map<string, ContainerLog>();

  constructor(kube: KubeClient, config: Config, timeoutMs: number) {
    this.#kube = kube;
    this.#config = config;
    this.#timeoutMs = timeoutMs;
  }

  /** Hands over each log's new lines as they come. Says what is lost with pods that have gone, and why there are too many to be read. */
  async read(
    pods: readonly PodState[],
    isFirst: boolean,
    found: (found: Found) => Promise<void>,
    signal: AbortSignal,
  ): Promise<{ lost?: string; unread?: string }> {
    const places = pods.flatMap((pod) => this.#containersOf(pod).map((container) => ({ pod, container })));
    if (places.length > CONTAINER_LIMIT) return { unread: `more than ${CONTAINER_LIMIT} containers match` };
    const gone = this.#keepOnly(new Set(places.map(({ pod, container }) => keyOf(pod, container.name))));
    const waiting = places.values();
    const readSome = async () => {
      for (const { pod, container } of waiting) {
        const log = this.#logOf(keyOf(pod, container.name), !isFirst);
        const fetch = this.#fetchOf(pod.name, container.name, signal);
        await found({ ...(await log.read(container, fetch)), pod: pod.name });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, readSome));
    return gone ? { lost: 'a pod is gone, and with it what it wrote last' } : {};
  }

  #containersOf({ containers }: PodState) {
    const only = this.#config.containers;
    return only ? containers.filter(({ name }) => only.includes(name)) : containers;
  }

  #logOf(key: string, isNew: boolean): ContainerLog {
    const log = this.#logs.get(key) ?? new ContainerLog(isNew);
    this.#logs.set(key, log);
    return log;
  }

  /** True where a log has gone that was not read to its end. */
  #keepOnly(keys: ReadonlySet<string>): boolean {
    let lost = false;
    for (const [key, log] of this.#logs) {
      if (keys.has(key)) continue;
      this.#logs.delete(key);
      lost ||= !log.isWhole;
    }
    return lost;
  }

  #fetchOf(pod: string, container: string, signal: AbortSignal): FetchLog {
    const { namespace, maxBytes } = this.#config;
    const limits = { maxBytes: maxBytes + SPARE_BYTES, timeoutMs: this.#timeoutMs };
    return ({ previous, isOver }) =>
      async (tailLines) => {
        const query = new URLSearchParams({ container, timestamps: 'true', limitBytes: String(maxBytes) });
        if (tailLines !== undefined) query.set('tailLines', String(tailLines));
        if (previous) query.set('previous', 'true');
        const path = `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(pod)}/log?${query}`;
        const answer = await this.#kube.text(path, limits, signal);
        if (!answer.ok) {
          const gone = answer.status === 400 || answer.status === 404;
          return { ok: false, reason: reasonOf(answer), gone };
        }
        const page = readPage(answer.value, maxBytes, isOver);
        return page ? { ok: true, ...page } : { ok: false, reason: 'what the API server sent is no log', gone: isOver };
      };
  }
}

function keyOf({ uid }: PodState, container: string): string {
  return `${uid}/${container}`;
}
