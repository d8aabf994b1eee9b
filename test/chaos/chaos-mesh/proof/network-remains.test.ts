/** What a network fault leaves, and what cannot be seen of it, with a daemon on loopback. The real thing: `test/real/cluster/proof.test.ts`. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Candidate, StruckTarget } from '../../../../src/chaos/chaos-mesh/proof/contract.ts';
import { dropRules, quietPod } from './daemon-text.ts';
import {
  candidate,
  carrying,
  openProofStage,
  POD_NETWORKS,
  PODS,
  type ProofStage,
  soon,
  textOf,
} from './proof-stage.ts';

let stage: ProofStage;
let web: Candidate;
let peer: Candidate;
const partition = {
  action: 'partition',
  direction: 'both',
  mode: 'all',
  selector: {},
  target: { mode: 'all', selector: {} },
};
const slow = { action: 'delay', mode: 'all', selector: {}, delay: { latency: '500ms', jitter: '100ms' } };
const struck: StruckTarget[] = [
  { id: 'ns/web', key: '.' },
  { id: 'ns/peer', key: '.Target' },
];

beforeEach(async () => {
  stage = await openProofStage();
  web = candidate(stage.pod('web'));
  peer = candidate(stage.pod('peer'), '.Target');
});
afterEach(() => stage[Symbol.asyncDispose]());

function inPlace(...names: string[]): void {
  for (const name of names) stage.peer.put(POD_NETWORKS, carrying(name, 'iptables'));
}

function taken(name: string): void {
  stage.peer.put(POD_NETWORKS, { metadata: { name, generation: 2 }, spec: {}, status: { observedGeneration: 2 } });
}

describe('afterwards', () => {
  async function afterInjection(spec: Record<string, unknown> = partition) {
    const proof = await stage.open('NetworkChaos', spec, [web, peer]);
    await proof.before(soon());
    inPlace('web', 'peer');
    stage.daemon.pods = ['web', 'peer'].map((name) => ({ ...quietPod(name), rules: dropRules(3), members: 6 }));
    await proof.during(struck, soon());
    return proof;
  }
  const unreachable = dropRules(3).filter(({ chain }) => chain !== 'CHAOS-OUTPUT');

  test('chains and sets that nothing leads to any more are no fault', async () => {
    const proof = await afterInjection();
    taken('web');
    taken('peer');
    stage.daemon.pods = ['web', 'peer'].map((name) => ({ ...quietPod(name), rules: unreachable, members: 6 }));
    const after = await proof.after(soon());
    expect(after.state, textOf(after)).toBe('cleared');
  });

  test.each<[string, () => void, string]>([
    [
      'a rule that still stands',
      () => {},
      '1 rules still stand; delete the pod to be rid of it: kubectl delete pod -n ns web',
    ],
    [
      'a queue too many',
      () => {
        stage.daemon.pods = [{ ...quietPod('web'), qdiscs: 6 }, quietPod('peer')];
      },
      'ns/web: 4 queues too many',
    ],
    [
      'a pod that its daemon does not show',
      () => {
        stage.daemon.pods = [quietPod('peer')];
      },
      'ns/web: what is left cannot be seen',
    ],
    [
      'a fault that Chaos Mesh still carries',
      () => {
        stage.daemon.pods = [quietPod('web'), quietPod('peer')];
        inPlace('web');
      },
      'ns/web: Chaos Mesh has not taken the fault out yet',
    ],
    [
      'a removal that failed',
      () => {
        stage.daemon.pods = [quietPod('web'), quietPod('peer')];
        stage.peer.put(POD_NETWORKS, { ...carrying('web', 'none', { failed: 'no daemon' }), spec: {} });
      },
      'ns/web: the fault could not be taken out: no daemon',
    ],
    [
      'a pod whose rules its daemon could not read',
      () => {
        stage.daemon.pods = [quietPod('web'), { ...quietPod('peer'), rules: unreachable }];
      },
      'ns/web: what is left cannot be seen: its daemon could not read its rules; delete the pod',
    ],
    [
      'a pod whose queues its daemon could not count',
      () => {
        stage.daemon.pods = ['web', 'peer'].map((name) => ({ ...quietPod(name), rules: unreachable, qdiscs: 0 }));
      },
      'ns/web: what is left cannot be seen: its daemon could not count its queues',
    ],
  ])('%s stays, with what to do', async (_, leave, text) => {
    const proof = await afterInjection();
    taken('web');
    taken('peer');
    leave();
    const after = await proof.after(soon());
    expect(after.state).toBe('stays');
    expect(textOf(after)).toContain(text);
  });

  test('a pod that came after the others were chosen is looked into as well', async () => {
    const proof = await stage.open('NetworkChaos', partition, [web]);
    await proof.before(soon());
    stage.pod('late');
    inPlace('web', 'late');
    stage.daemon.pods = ['web', 'late'].map((name) => ({ ...quietPod(name), rules: dropRules(3) }));
    const evidence = await proof.during(
      ['web', 'late'].map((name) => ({ id: `ns/${name}`, key: '.' as const })),
      soon(),
    );
    expect(evidence[0]).toMatchObject({ holds: true, text: '6 packets dropped in ns/web, ns/late' });
    taken('web');
    taken('late');
    stage.daemon.pods = [
      { ...quietPod('web'), rules: unreachable },
      { ...quietPod('late'), rules: dropRules(3) },
    ];
    const after = await proof.after(soon());
    expect(after.state).toBe('stays');
    expect(textOf(after)).toContain('ns/late: 1 rules still stand');
  });

  test('a pod that took the name of one of the chosen is looked into as well', async () => {
    stage.peer.remove(`${PODS}/web`);
    stage.pod('web');
    const proof = await afterInjection();
    taken('web');
    taken('peer');
    expect(textOf(await proof.after(soon()))).toContain('ns/web: 1 rules still stand');
  });

  test('a fault that could never be set leaves a finding, since later ones will fail with it', async () => {
    const proof = await stage.open('NetworkChaos', slow, [web]);
    await proof.before(soon());
    stage.peer.put(POD_NETWORKS, carrying('web', 'tcs', { failed: 'unable to set tcs' }));
    const after = await proof.after(soon());
    expect(after.state, textOf(after)).toBe('cleared');
    expect(textOf(after)).toContain('kubectl delete podnetworkchaos.chaos-mesh.org -n ns web');
  });

  test('a pod that is gone took its network along', async () => {
    const proof = await afterInjection();
    taken('peer');
    stage.daemon.pods = [{ ...quietPod('peer'), rules: unreachable }];
    stage.peer.remove(`${PODS}/web`);
    const after = await proof.after(soon());
    expect(after.state, textOf(after)).toBe('cleared');
  });

  test('queues that nobody had counted before are not said to be gone', async () => {
    const counted = stage.daemon.pods;
    stage.daemon.pods = [];
    const proof = await stage.open('NetworkChaos', slow, [web]);
    await proof.before(soon());
    stage.daemon.pods = counted;
    const after = await proof.after(soon());
    expect(textOf(after)).toBe(
      'no rule is left in ns/web; that no queue is, Chaos Mesh says: nobody had counted them before',
    );
  });

  test('pods that cannot be listed are not taken for clean', async () => {
    const proof = await afterInjection();
    stage.peer.misbehave = ({ path }) => (path === PODS ? { status: 403, body: { message: 'no' } } : undefined);
    expect(await proof.after(soon())).toEqual({ state: 'stays', text: 'what is left in the pods cannot be seen: no' });
  });
});
