/** The offline lint against the webhooks that it stands for. */
import { beforeAll, describe, expect, test } from 'vitest';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { chaosResource } from '../../../src/chaos/chaos-mesh/api.ts';
import type { KubeClient, KubeResult } from '../../../src/clients/kubernetes/client.ts';
import { openKubeClient } from '../../../src/clients/kubernetes/open.ts';
import { type Loose, manifest, ODD, placesIn, SOUND_NAMES, said } from '../../chaos/chaos-mesh/lint/manifests.ts';

const AT_ONCE = 16;
/** All of them take minutes. */
const TAKE_EVERY = process.env['FULL'] === '1' ? 1 : 5;

let kube: KubeClient;

beforeAll(async () => {
  const { kubeconfig } = await startCluster();
  kube = await openKubeClient({ kubeconfig });
});

/** Asks the server with all its webhooks and keeps nothing. */
async function refusal(object: Loose): Promise<string | undefined> {
  const place = { resource: chaosResource(object.kind), namespace: 'default' };
  const named = { ...object, metadata: { ...object.metadata, name: 'lint' } };
  const answer: KubeResult<unknown> = await kube.create(
    place,
    named,
    { dryRun: true, strict: true },
    AbortSignal.timeout(20_000),
  );
  if (!answer.ok && answer.code !== 'status') throw new Error(answer.message);
  return answer.ok ? undefined : answer.message;
}

describe('what the lint says', () => {
  test.each(SOUND_NAMES)('nothing of: %s is admitted', async (name) => {
    expect(await refusal(manifest(name))).toBeUndefined();
  });

  test.each(SOUND_NAMES)('at least what the webhooks refuse, wherever something odd is put into: %s', async (name) => {
    const changes = placesIn(manifest(name).spec)
      .slice(1)
      .flatMap((path) => ODD.map((odd) => ({ path, odd })))
      .filter((_, index) => index % TAKE_EVERY === 0);
    const missed: string[] = [];
    while (changes.length > 0)
      await Promise.all(
        changes.splice(0, AT_ONCE).map(async ({ path, odd }) => {
          const changed = manifest(name, { [path]: odd });
          const refused = await refusal(changed);
          const told = said(changed).some((line) => line.startsWith('error'));
          if (refused !== undefined && !told) missed.push(`${path}: ${JSON.stringify(odd)}: ${refused.slice(0, 200)}`);
        }),
      );
    expect(missed).toEqual([]);
  });
});
