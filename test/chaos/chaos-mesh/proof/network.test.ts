/** What proves a network fault, and what of it stays, with a daemon on loopback. The real thing: `test/real/cluster/proof.test.ts`. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Candidate, StruckTarget } from '../../../../src/chaos/chaos-mesh/proof/contract.ts';
import { classifyRules, dropRules, namedDropRules, quietPod } from './daemon-text.ts';
import { candidate, carrying, openProofStage, POD_NETWORKS, type ProofStage, soon } from './proof-stage.ts';

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

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function inPlace(...names: string[]): void {
  for (const name of names) stage.peer.put(POD_NETWORKS, carrying(name, 'iptables'));
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

  test('is not proven by what the rules of another fault dropped', async () => {
    const proof = await stage.open('NetworkChaos', partition, [web, peer]);
    await proof.before(soon());
    inPlace('web', 'peer');
    const [own, other] = [`the-f_${hash('ault').slice(0, 14)}_`, `other_${hash('-one').slice(0, 14)}_`];
    stage.daemon.pods = ['web', 'peer'].map((name) => ({
      ...quietPod(name),
      rules: [...namedDropRules(own, 0), ...namedDropRules(other, 9)],
    }));
    const [first] = await proof.during(struck, soon());
    expect(first).toMatchObject({ holds: false, text: expect.stringContaining('but no packet met them') });
    stage.daemon.pods = ['web', 'peer'].map((name) => ({
      ...quietPod(name),
      rules: [...namedDropRules(own, 2), ...namedDropRules(other, 9)],
    }));
    expect((await proof.during(struck, soon()))[0]).toMatchObject({ holds: true, values: { packets: 4 } });
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
