import type { KubeObject } from '../../../clients/kubernetes/client.ts';
import { type Fields, fields, items, text, wholeNumber } from './fields.ts';

/** A pod as the API server knows it. */
export interface PodState {
  name: string;
  uid: string;
  /** Ready, and not being deleted: what is being deleted gets no traffic any more. */
  ready: boolean;
  /** It came to its end by itself, as those of Jobs do, or was evicted. */
  over: boolean;
  containers: ContainerState[];
}

export interface ContainerState {
  name: string;
  restarts: number;
  running: boolean;
  /** The run that the container is in or was in last; absent until there was one. */
  run?: string;
  /** The run before that one, if its end is remembered. */
  previous?: string;
  /** What is known of runs that have ended: the last one, and the one that has just ended. */
  ended: EndedRun[];
}

/** One run of a container, from its start to its end. */
export interface EndedRun {
  id: string;
  reason: string;
}

export function readPod({ metadata, status }: KubeObject): PodState {
  const { phase, conditions, containerStatuses, initContainerStatuses } = fields(status);
  const isReady = items(conditions).some((each) => each['type'] === 'Ready' && each['status'] === 'True');
  return {
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    over: phase === 'Succeeded' || phase === 'Failed',
    ready: isReady && metadata.deletionTimestamp === undefined,
    containers: [...items(initContainerStatuses), ...items(containerStatuses)].map(readContainer),
  };
}

function readContainer(status: Fields): ContainerState {
  const state = fields(status['state']);
  const running = typeof state['running'] === 'object' && state['running'] !== null;
  const last = readEnd(fields(fields(status['lastState'])['terminated']));
  const ended = [last ?? [], readEnd(fields(state['terminated'])) ?? []].flat();
  const run = running ? text(status['containerID']) : ended.at(-1)?.id;
  const previous = last?.id === run ? undefined : last?.id;
  return {
    name: text(status['name']) ?? '',
    restarts: wholeNumber(status['restartCount']) ?? 0,
    running,
    ...(run !== undefined && { run }),
    ...(previous !== undefined && { previous }),
    ended,
  };
}

function readEnd(terminated: Fields): EndedRun | undefined {
  const id = text(terminated['containerID']);
  return id === undefined ? undefined : { id, reason: text(terminated['reason'])?.slice(0, 100) ?? 'ended' };
}
