import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { accessToGiven, givenKubeconfig } from '../../../lab/cluster/given.ts';

describe('a cluster that is not the lab’s', () => {
  test('is taken only where it was named for this', () => {
    expect(givenKubeconfig({ STEADFAST_KUBECONFIG: 'mine.yaml' })).toBe(resolve('mine.yaml'));
    expect(givenKubeconfig({ KUBECONFIG: 'everyday.yaml' })).toBeUndefined();
    expect(givenKubeconfig({ STEADFAST_KUBECONFIG: '' })).toBeUndefined();
  });

  test('says what cannot be done with it', async () => {
    const given = accessToGiven('/tmp/some.yaml');
    expect(() => given.place).toThrow('the folder of the servers is out of reach in the cluster of /tmp/some.yaml');
    await expect(given.stopServer('apiserver')).rejects.toThrow('apiserver is out of reach');
    expect(given.inNetwork('curl', 'http://10.0.0.1')).toEqual(['curl', 'http://10.0.0.1']);
  });
});
