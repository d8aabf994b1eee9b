import { expect } from 'vitest';
import type { FinalReading, Reading } from '../../../src/probes/contract.ts';
import { podLogsProbe } from '../../../src/probes/pod-logs/probe.ts';
import { type KubePeer, startKubePeer } from '../../loopback/kube-peer.ts';
import { openProbe, type TestSession } from '../session.ts';
import { type PlayedLogs, playLogs } from './played-logs.ts';

/** Two pods, of which one has written something already. */
export interface LogStage {
  peer: KubePeer;
  logs: PlayedLogs;
  /** Opens the probe. */
  reading(more?: object): Promise<TestSession>;
  close(): Promise<void>;
}

export async function openLogStage(): Promise<LogStage> {
  const peer = await startKubePeer();
  const logs = playLogs(peer);
  logs.start('p0');
  logs.start('p1');
  logs.write('p0', 'before ERROR', 'before');
  let open: TestSession | undefined;
  return {
    peer,
    logs,
    async reading(more = {}) {
      const config = { namespace: 'ours', selector: 'app=engine', kubeconfig: peer.kubeconfig, ...more };
      open = await openProbe(podLogsProbe, config, { timeoutMs: 1_000 });
      return open;
    },
    async close() {
      await open?.close();
      await peer.close();
    },
  };
}

export const counted = ({ values }: Reading | FinalReading) => [values['lines'], values['errorLines']];

export function joins(one: Reading, next: Reading): void {
  expect(next.covers?.[0], 'the covers join').toBe(one.covers?.[1]);
}

export function leavesHoles(before: Reading, reading: Reading | FinalReading): void {
  expect(reading.covers![0], 'there is a hole before it').toBeGreaterThan(before.covers![1]);
}
