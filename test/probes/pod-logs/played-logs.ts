import type { KubePeer, Misbehaviour, PeerRequest } from '../../loopback/kube-peer.ts';
import { type ContainerStanding, containerStatus, PODS, podObject } from '../pod-objects.ts';

/** Logs of pods with one container each, given out as a kubelet does. */
export interface PlayedLogs {
  /** How many requests for logs came. */
  requests: number;
  /** Instead of a log. */
  misbehave: (request: PeerRequest) => Misbehaviour | undefined;
  start(pod: string): void;
  write(pod: string, ...texts: string[]): void;
  /** Ends the run, and begins another. */
  restart(pod: string, reason: string): void;
  /** Ends the run, and begins no other. */
  end(pod: string, reason: string): void;
  /** A new file in place of the one there is. */
  rotate(pod: string): void;
}

interface Played {
  runs: string[][];
  standing: ContainerStanding;
}

export function playLogs(peer: KubePeer): PlayedLogs {
  const pods = new Map<string, Played>();
  const latest = (pod: string) => pods.get(pod)!.runs.at(-1)!;
  let nanoseconds = 100_000_000;
  const stand = (pod: string, standing: ContainerStanding) => {
    pods.get(pod)!.standing = standing;
    peer.change(`${PODS}/${pod}`, (object) => {
      (object.status as Record<string, unknown>)['containerStatuses'] = [containerStatus(pod, standing)];
    });
  };
  const logs: PlayedLogs = {
    requests: 0,
    misbehave: () => undefined,
    start(pod) {
      pods.set(pod, { runs: [[]], standing: {} });
      peer.put(PODS, podObject(pod));
    },
    write(pod, ...texts) {
      for (const text of texts) latest(pod).push(`2026-05-04T03:02:01.${nanoseconds++}Z ${text}\n`);
    },
    restart(pod, reason) {
      const { runs, standing } = pods.get(pod)!;
      runs.push([]);
      stand(pod, { restarts: (standing.restarts ?? 0) + 1, last: reason });
    },
    end: (pod, reason) => stand(pod, { ...pods.get(pod)!.standing, ended: reason }),
    rotate: (pod) => void latest(pod).splice(0),
  };
  peer.misbehave = (request) => {
    const pod = /\/pods\/([^/]+)\/log$/.exec(request.path)?.[1];
    if (pod === undefined) return undefined;
    logs.requests++;
    const instead = logs.misbehave(request);
    if (instead) return instead;
    const runs = pods.get(pod)?.runs ?? [];
    const lines = runs.at(request.query.get('previous') ? -2 : -1);
    if (!lines)
      return { status: 400, body: { reason: 'BadRequest', message: 'previous terminated container not found' } };
    const tail = request.query.get('tailLines');
    const text = lines.slice(tail === null ? 0 : -Number(tail)).join('');
    return {
      text: Buffer.from(text)
        .subarray(0, Number(request.query.get('limitBytes')))
        .toString(),
    };
  };
  return logs;
}
