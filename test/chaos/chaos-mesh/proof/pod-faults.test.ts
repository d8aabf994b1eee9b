/** What proves the faults that strike pods as a whole. The real thing: `test/real/cluster/proof.test.ts`. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { candidate, openProofStage, PODS, type ProofStage, soon, textOf } from './proof-stage.ts';

let stage: ProofStage;
const pod = [{ id: 'ns/web', key: '.' as const }];
const container = [{ id: 'ns/web/main', key: '.' as const }];

beforeEach(async () => {
  stage = await openProofStage();
});
afterEach(() => stage[Symbol.asyncDispose]());

type Shape = { spec: { containers: { image: string }[] }; status: { containerStatuses: Record<string, unknown>[] } };

function change(edit: (pod: Shape) => void): void {
  stage.peer.change(`${PODS}/web`, (object) => edit(object as unknown as Shape));
}

describe('pod-kill', () => {
  const spec = { action: 'pod-kill', mode: 'all', selector: {} };

  test('is proven where the pod is gone', async () => {
    const proof = await stage.open('PodChaos', spec, [candidate(stage.pod('web'))]);
    await proof.before(soon());
    stage.peer.remove(`${PODS}/web`);
    expect(await proof.during(pod, soon())).toMatchObject([{ holds: true, text: 'ns/web is gone' }]);
  });

  test('is proven where another pod has its name', async () => {
    const proof = await stage.open('PodChaos', spec, [candidate(stage.pod('web'))]);
    stage.peer.remove(`${PODS}/web`);
    stage.pod('web');
    expect(await proof.during(pod, soon())).toMatchObject([
      { holds: true, text: 'ns/web was replaced by a new pod of that name' },
    ]);
  });

  test('is not proven by a pod that was replaced before the request', async () => {
    const chosen = candidate(stage.pod('web'));
    stage.peer.remove(`${PODS}/web`);
    stage.pod('web');
    const proof = await stage.open('PodChaos', spec, [chosen]);
    await proof.before(soon());
    expect(await proof.during(pod, soon())).toMatchObject([{ holds: false, text: 'ns/web still runs as it did' }]);
  });

  test('is refuted where the very pod still runs', async () => {
    const proof = await stage.open('PodChaos', spec, [candidate(stage.pod('web'))]);
    expect(await proof.during(pod, soon())).toMatchObject([{ holds: false, text: 'ns/web still runs as it did' }]);
  });
});

describe('container-kill', () => {
  const spec = { action: 'container-kill', mode: 'all', selector: {}, containerNames: ['main'] };

  test('is proven by a restart', async () => {
    const proof = await stage.open('PodChaos', spec, [candidate(stage.pod('web'))]);
    change(({ status }) => {
      status.containerStatuses[0]!['restartCount'] = 1;
    });
    expect(await proof.during(container, soon())).toMatchObject([
      { holds: true, text: 'ns/web/main: 0 restarts before, 1 now', values: { restarts: 1 } },
    ]);
  });

  test('is not proven by a restart from before the request', async () => {
    const proof = await stage.open('PodChaos', spec, [candidate(stage.pod('web'))]);
    change(({ status }) => {
      status.containerStatuses[0]!['restartCount'] = 1;
    });
    await proof.before(soon());
    expect(await proof.during(container, soon())).toMatchObject([
      { holds: false, text: 'ns/web/main: 1 restarts before, 1 now' },
    ]);
  });

  test('is not proven by a pod that went away as a whole', async () => {
    const proof = await stage.open('PodChaos', spec, [candidate(stage.pod('web'))]);
    await proof.before(soon());
    stage.peer.remove(`${PODS}/web`);
    expect(await proof.during(container, soon())).toMatchObject([
      { of: 'note', text: 'ns/web itself is gone, which container-kill does not bring about' },
    ]);
  });

  test('is refuted where nothing restarted, after more than one look', async () => {
    const proof = await stage.open('PodChaos', spec, [candidate(stage.pod('web'))]);
    expect(await proof.during(container, soon())).toMatchObject([{ holds: false }]);
    expect(stage.peer.requests.filter(({ path }) => path === PODS)).toHaveLength(3);
  });
});

describe('pod-failure', () => {
  const spec = { action: 'pod-failure', mode: 'all', selector: {} };

  function fail(running: boolean): void {
    change((object) => {
      object.spec.containers[0]!.image = 'pause:1';
      if (running) object.status.containerStatuses[0]!['restartCount'] = 1;
    });
  }

  test('is proven by another image that runs, and stays until the own one is back', async () => {
    const proof = await stage.open('PodChaos', spec, [candidate(stage.pod('web'))]);
    fail(true);
    expect(await proof.during(pod, soon())).toMatchObject([
      { holds: true, text: 'ns/web/main runs pause:1 in place of app:1' },
    ]);
    expect(textOf(await proof.after(soon()))).toContain('ns/web still has the image of the fault');
    change((object) => {
      object.spec.containers[0]!.image = 'app:1';
    });
    expect((await proof.after(soon())).state).toBe('cleared');
  });

  test.each(['chaos-mesh-the-fault-pod-failure-main-normal-image', 'main-normal'])(
    'is gone with its image for a sweep too, which sees the own one only in the annotation %s',
    async (key) => {
      const long = key === 'main-normal' ? 'a-fault-whose-name-is-rather-long' : 'the-fault';
      const struck = stage.pod('web', { container: { image: 'pause:1' } });
      struck.metadata.annotations = { [key]: 'app:1' };
      const proof = await stage.open('PodChaos', spec, [candidate(struck)], long);
      expect(textOf(await proof.after(soon()))).toContain('ns/web still has the image of the fault');
      change((object) => {
        object.spec.containers[0]!.image = 'app:1';
      });
      expect((await proof.after(soon())).state).toBe('cleared');
    },
  );

  test('is refuted while the container has not been restarted', async () => {
    const proof = await stage.open('PodChaos', spec, [candidate(stage.pod('web'))]);
    fail(false);
    expect(await proof.during(pod, soon())).toMatchObject([
      { holds: false, text: expect.stringContaining('not been restarted') },
    ]);
  });
});
