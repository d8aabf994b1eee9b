import { expect, onTestFinished, test } from 'vitest';
import { startLab } from '../../lab/lab.ts';
import { readPidFile, signalProcess } from '../../lab/processes/pid-file.ts';
import { zmtpPortProbe } from '../../src/probes/zmtp-port/probe.ts';
import { openProbe } from '../probes/session.ts';

test('one probe holds both ports of an engine to their own socket types, also while it is frozen', async () => {
  await using lab = await startLab({ services: ['engine'] });
  const events = { endpoint: lab.variables['ENGINE_EVENTS_DIRECT']!, peer: 'PUB' };
  const replay = { endpoint: lab.variables['ENGINE_REPLAY_DIRECT']!, peer: 'ROUTER' };
  const probeOf = async (endpoints: object[]) => {
    const probe = await openProbe(zmtpPortProbe, { endpoints });
    onTestFinished(() => probe.close());
    return probe;
  };
  const [right, wrong] = [await probeOf([events, replay]), await probeOf([{ ...events, peer: 'ROUTER' }, replay])];
  const pid = (await readPidFile(lab.server('engine').pidFile))!;

  await expect.poll(async () => (await right.sample()).outcome).toBe('good');
  const mistaken = await wrong.sample();
  signalProcess(pid, 'SIGSTOP');
  const frozen = await right.sample();
  signalProcess(pid, 'SIGCONT');

  expect(mistaken.parts?.map(({ outcome }) => outcome)).toEqual(['bad', 'good']);
  expect(mistaken.reason).toBe('wrong socket type: the peer is PUB, expected ROUTER');
  expect(frozen.parts?.map(({ labels, outcome, reason }) => [labels['endpoint'], outcome, reason])).toEqual(
    [events, replay].map(({ endpoint }) => [endpoint, 'bad', 'the port is open, but no ZMTP greeting came']),
  );
  await expect.poll(async () => (await right.sample()).outcome).toBe('good');
});
