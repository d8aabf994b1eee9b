import { describe, expect, test } from 'vitest';
import { readPod } from '../../../../src/chaos/chaos-mesh/pod.ts';
import { readPodNetworks } from '../../../../src/chaos/chaos-mesh/proof/daemon/pod-network.ts';
import { packetsMet } from '../../../../src/chaos/chaos-mesh/proof/packets.ts';
import { dropRules, metricsOf, quietPod } from './daemon-text.ts';

const pods = [readPod({ metadata: { namespace: 'ns', name: 'web' } })];
const nothing = { pods: new Map(), troubles: [] };
const sightOf = (packets: number | undefined) => ({
  pods: readPodNetworks(metricsOf({ ...quietPod('web'), rules: packets === undefined ? [] : dropRules(packets) })),
  troubles: [],
});

describe('a sight from before the question', () => {
  test.each([
    [
      'without rules does not refute what may have come since',
      undefined,
      { of: 'note', text: expect.stringContaining('did not answer in time') },
    ],
    ['without packets does not refute either', 0, { of: 'note' }],
    ['with packets proves all the same', 5, { of: 'mechanism', holds: true }],
  ])('%s', (_, packets, evidence) => {
    expect(packetsMet(pods, nothing, { sight: sightOf(packets), stale: true }, undefined)).toMatchObject([evidence]);
  });
});

test('a sight of now refutes what is not there', () => {
  const evidence = packetsMet(pods, nothing, { sight: sightOf(undefined), stale: false }, undefined);
  expect(evidence).toMatchObject([{ of: 'mechanism', holds: false }]);
});
