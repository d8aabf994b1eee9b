/** What AIBrix's gateway, or some release of it, does wrong; each can be switched on. All off is a gateway that is sound. */
export const defects = {
  dropReplayed: 'reads one message of each replay, takes that for success, and applies none of the events',
  noReplayOnGap: 'counts missing sequence numbers, and asks for no replay of them',
  keepIndexAfterRestart: 'takes an engine that begins anew for one that goes on, and keeps what it knew of the old one',
  removeForAllPods: 'forgets a block for all pods when one pod removes it',
  chainFromEventParent: 'hangs each block of an event on the parent of the first, though its lookup chains them',
  arrayEventsOnly: 'cannot read events that are maps, as engines send them from 0.24 on',
  reconnectOnBadBatch: 'closes the connection over a batch that it cannot read, and asks for the same one again',
  noConnectionWatch: 'has neither heartbeats nor a socket monitor: a peer that is silent counts as connected',
  learnFromRouting: 'takes each prompt that it routes for cached, whether or not an event says so',
  noEventMetrics: 'shows no aibrix_kvcache_zmq_* metrics at all',
} as const;

export type Defect = keyof typeof defects;
export const defectNames = Object.keys(defects) as [Defect, ...Defect[]];

/** Which defects are on; may change while it runs. */
export type Defects = Record<Defect, boolean>;

export function switchedOn(names: readonly Defect[]): Defects {
  return Object.fromEntries(defectNames.map((name) => [name, names.includes(name)])) as Defects;
}
