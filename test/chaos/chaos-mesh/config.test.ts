import { describe, expect, test } from 'vitest';
import { chaosMeshConfig } from '../../../src/chaos/chaos-mesh/config.ts';

const SOUND = { apiVersion: 'chaos-mesh.org/v1alpha1', kind: 'PodChaos', metadata: {}, spec: {} };

describe('what is no object of Chaos Mesh is told at its place', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['the API of another program', { ...SOUND, apiVersion: 'litmuschaos.io/v1alpha1' }, ['apiVersion']],
    ['a kind that is no name', { ...SOUND, kind: 5 }, ['kind']],
    ['metadata that are a list', { ...SOUND, metadata: [] }, ['metadata']],
    ['a spec that is a text', { ...SOUND, spec: 'delay' }, ['spec']],
    ['no spec at all', { ...SOUND, spec: undefined }, []],
  ])('%s', (_, manifest, place) => {
    const { error } = chaosMeshConfig.safeParse({ manifest });

    expect(error?.issues.map(({ path }) => path)).toEqual([['manifest', ...place]]);
  });
});
