/** What proves a network fault, and what of it stays, with a daemon on loopback. The real thing: `test/real/cluster/proof.test.ts`. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Candidate, StruckTarget } from '../../../../src/chaos/chaos-mesh/proof/contract.ts';
import { classifyRules, dropRules, quietPod } from './daemon-text.ts';
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
const slowTowardsPeer = { ...partition, action: 'delay', direction: 'to', delay: { latency: '500ms' } };
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

describe('a partition', () => {
  test('is proven by packets that its rules dropped, in whichever of its pods', async () => {
    const proof = await stage.open('NetworkChaos', partition, [web, peer]);
    await proof.before(soon());
    inPlace('web', 'peer');
    stage.daemon.pods = [
      { ...quietPod('web'), rules: dropRules(0) },
      { ...quietPod('peer'), rules: dropRules(9) },
    ];
    const evidence = await proof.during(struck, soon());
    expect(evidence[0]).toMatchObject({ holds: true, text: '9 packets dropped in ns/peer', values: { packets: 9 } });
    expect(evidence[1]).toMatchObject({ of: 'note', text: 'no packet met the rules in ns/web' });
  });

  test('is not proven by rules that no packet met', async () => {
    const proof = await stage.open('NetworkChaos', partition, [web, peer]);
    await proof.before(soon());
    inPlace('web', 'peer');
    stage.daemon.pods = ['web', 'peer'].map((name) => ({ ...quietPod(name), rules: dropRules(0) }));
    const [first] = await proof.during(struck, soon());
    expect(first).toMatchObject({
      of: 'mechanism',
      holds: false,
      text: expect.stringContaining('but no packet met them'),
    });
  });

  test('is refuted where a pod has no rule', async () => {
    const proof = await stage.open('NetworkChaos', partition, [web, peer]);
    await proof.before(soon());
    inPlace('web', 'peer');
    stage.daemon.pods = [{ ...quietPod('web'), rules: dropRules(4) }, quietPod('peer')];
    expect((await proof.during(struck, soon()))[0]).toMatchObject({
      holds: false,
      text: 'no rule drops packets in ns/peer',
    });
  });

  test('is neither proven nor refuted where the daemon does not answer', async () => {
    stage.daemon.down = true;
    const proof = await stage.open('NetworkChaos', partition, [web, peer]);
    await proof.before(soon());
    inPlace('web', 'peer');
    const evidence = await proof.during(struck, soon());
    expect(evidence).toMatchObject([{ of: 'note', text: expect.stringContaining('could not be seen') }]);
  });

  test('is refuted with the reason where the daemon could not set it', async () => {
    const proof = await stage.open('NetworkChaos', partition, [web, peer]);
    await proof.before(soon());
    stage.peer.put(POD_NETWORKS, carrying('web', 'iptables', { failed: 'unable to set\niptables' }));
    inPlace('peer');
    const [first] = await proof.during(struck, soon());
    expect(first).toMatchObject({ holds: false, text: 'ns/web: the rules could not be set: unable to set iptables' });
  });

  test('that only some pods were struck by is looked for in those alone', async () => {
    const other = candidate(stage.pod('other'));
    const proof = await stage.open('NetworkChaos', partition, [web, other, peer]);
    await proof.before(soon());
    inPlace('web', 'peer');
    stage.daemon.pods = [
      { ...quietPod('web'), rules: dropRules(4) },
      { ...quietPod('peer'), rules: dropRules(0) },
      quietPod('other'),
    ];
    expect((await proof.during(struck, soon()))[0]).toMatchObject({ holds: true });
  });
});

test('what the daemons show is told in time, however long the API server fails', async () => {
  const proof = await stage.open('NetworkChaos', partition, [web, peer]);
  await proof.before(soon());
  stage.daemon.pods = [
    { ...quietPod('web'), rules: dropRules(4) },
    { ...quietPod('peer'), rules: dropRules(0) },
  ];
  stage.peer.misbehave = ({ path }) =>
    path.startsWith(POD_NETWORKS) ? { status: 500, body: { message: 'no' } } : undefined;
  const began = performance.now();
  expect((await proof.during(struck, soon()))[0]).toMatchObject({ holds: true, text: '4 packets dropped in ns/web' });
  expect(performance.now() - began).toBeLessThan(4_500);
});

describe('a delay', () => {
  test('towards some addresses is proven by packets that were sorted into its queue', async () => {
    const proof = await stage.open('NetworkChaos', slowTowardsPeer, [web, peer]);
    await proof.before(soon());
    inPlace('web');
    stage.daemon.pods = [{ ...quietPod('web'), rules: classifyRules(12), qdiscs: 6 }, quietPod('peer')];
    expect(await proof.during(struck, soon())).toMatchObject([
      { holds: true, text: '12 packets sent through the shaped queue in ns/web' },
    ]);
  });

  test('whose counters cannot be seen rests on its rule, and says so', async () => {
    stage.daemon.down = true;
    const proof = await stage.open('NetworkChaos', slowTowardsPeer, [web, peer]);
    await proof.before(soon());
    inPlace('web');
    const [first] = await proof.during(struck, soon());
    expect(first).toMatchObject({
      holds: true,
      text: expect.stringContaining('whether packets met it could not be seen'),
    });
  });

  test.each<[string, () => void]>([
    [
      'cannot be read either',
      () => {
        stage.peer.misbehave = ({ path }) =>
          path.startsWith(POD_NETWORKS) ? { status: 403, body: { message: 'no' } } : undefined;
      },
    ],
    ['is not done yet', () => stage.peer.put(POD_NETWORKS, carrying('web', 'tcs', { generation: 2 }))],
  ])('whose counters cannot be seen is not proven where its rule %s', async (_, hide) => {
    stage.daemon.down = true;
    const proof = await stage.open('NetworkChaos', slowTowardsPeer, [web, peer]);
    await proof.before(soon());
    hide();
    const evidence = await proof.during(struck, soon());
    expect(evidence).toMatchObject([
      { of: 'note', text: 'neither the rules in ns/web nor their effect could be seen' },
    ]);
  });

  test('that no handshake can feel is not proven where its rule cannot be seen', async () => {
    const spec = { ...slow, action: 'duplicate', delay: undefined, duplicate: { duplicate: '50' } };
    const proof = await stage.open('NetworkChaos', spec, [web]);
    await proof.before(soon());
    stage.peer.misbehave = ({ path }) =>
      path.startsWith(POD_NETWORKS) ? { status: 403, body: { message: 'no' } } : undefined;
    expect(await proof.during(struck.slice(0, 1), soon())).toMatchObject([{ of: 'note' }]);
  });

  test('that handshakes do not feel is refuted', async () => {
    const proof = await stage.open('NetworkChaos', slow, [web]);
    await proof.before(soon());
    inPlace('web');
    const [first] = await proof.during(struck.slice(0, 1), soon());
    expect(first).toMatchObject({
      holds: false,
      text: expect.stringMatching(/^ns\/web: a handshake took .* \(before the fault .*\)$/),
    });
  });

  test('that no handshake can feel rests on its rule, and says so', async () => {
    const spec = { ...slow, action: 'duplicate', delay: undefined, duplicate: { duplicate: '50' } };
    const proof = await stage.open('NetworkChaos', spec, [web]);
    await proof.before(soon());
    inPlace('web');
    const [first] = await proof.during(struck.slice(0, 1), soon());
    expect(first).toMatchObject({ holds: true, text: expect.stringContaining('its effect was not measured') });
  });
});

describe('a loss', () => {
  test('of half of all packets that none of 32 handshakes met is refuted', async () => {
    const loss = { action: 'loss', mode: 'all', selector: {}, loss: { loss: '50', correlation: '25' } };
    const proof = await stage.open('NetworkChaos', loss, [web]);
    await proof.before(soon());
    inPlace('web');
    const [first] = await proof.during(struck.slice(0, 1), soon());
    expect(first).toMatchObject({ holds: false, text: 'ns/web: none of 32 handshakes lost an answer' });
  });

  test('so small that none met it may be chance rests on its rule', async () => {
    const loss = { action: 'loss', mode: 'all', selector: {}, loss: { loss: '1' } };
    const proof = await stage.open('NetworkChaos', loss, [web]);
    await proof.before(soon());
    inPlace('web');
    const [first] = await proof.during(struck.slice(0, 1), soon());
    expect(first).toMatchObject({ holds: true, text: expect.stringContaining('may be chance') });
  });
});

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
