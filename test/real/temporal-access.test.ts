import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { Reading } from '../../src/probes/contract.ts';
import { temporalWorkflowProbe } from '../../src/probes/temporal-workflow/probe.ts';
import { openProbe, type TestSession } from '../probes/session.ts';
import { Certificates, SERVER_NAME, TlsFront } from './tls-front.ts';
import { WatchedApplication } from './watched.ts';

let lab: Lab;
let application: WatchedApplication;
let certificates: Certificates;
const fronts: TlsFront[] = [];
const sessions: TestSession[] = [];

beforeAll(async () => {
  certificates = new Certificates();
  lab = await startLab({ services: ['temporal'] });
  application = await WatchedApplication.on(lab.variables['TEMPORAL_ADDRESS']!, 'behind-tls');
  await application.worker('first');
});
afterAll(async () => {
  await application?.close();
  await lab?.stop();
  certificates?.remove();
});
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
  for (const front of fronts.splice(0)) front.close();
});

async function frontWith(mutual: boolean): Promise<TlsFront> {
  const front = await TlsFront.before(lab.variables['TEMPORAL_ADDRESS']!, certificates, mutual);
  fronts.push(front);
  return front;
}

async function canary(address: string, more: object): Promise<TestSession> {
  const config = {
    ...{ address, namespace: 'bytebot', taskQueue: application.taskQueue, workflowType: 'relay' },
    ...{ args: [{ status: 'COMPLETED' }], expect: { status: 'COMPLETED' } },
    ...more,
  };
  const session = await openProbe(temporalWorkflowProbe, config, { timeoutMs: 20_000 });
  sessions.push(session);
  return session;
}

const caFile = () => certificates.path('a.crt');
const trusting = (more: object = {}) => ({ tls: { caFile: caFile(), serverName: SERVER_NAME, ...more } });
const ours = (authority: string) => ({
  certFile: certificates.path(`${authority}-client.crt`),
  keyFile: certificates.path(`${authority}-client.key`),
});
const shape = ({ outcome, reason }: Reading) => ({ outcome, reason });
const GOOD = { outcome: 'good', reason: undefined };

describe('TLS', () => {
  const cases: Record<string, { mutual: boolean; config: () => object; reads: object }> = {
    'of a server whose authority is known': { mutual: false, config: trusting, reads: GOOD },
    'of a server whose authority is not known': {
      mutual: false,
      config: () => trusting({ caFile: certificates.path('b.crt') }),
      reads: {
        outcome: 'bad',
        reason: 'server unreachable: its certificate is not signed by an authority that we know',
      },
    },
    'of a server with another name': {
      mutual: false,
      config: () => ({ tls: { caFile: caFile() } }),
      reads: { outcome: 'bad', reason: 'server unreachable: its certificate is for another name' },
    },
    'is not spoken with a server that wants it': {
      mutual: false,
      config: () => ({}),
      reads: { outcome: 'bad', reason: expect.stringMatching(/^server unreachable: /) },
    },
    'in which both sides are known': { mutual: true, config: () => trusting(ours('a')), reads: GOOD },
    'without a certificate of ours where one is wanted': {
      mutual: true,
      config: trusting,
      reads: { outcome: 'bad', reason: expect.stringMatching(/^server unreachable: /) },
    },
    'with a certificate of ours that a stranger signed': {
      mutual: true,
      config: () => trusting(ours('b')),
      reads: { outcome: 'bad', reason: expect.stringMatching(/^server unreachable: /) },
    },
  };

  test.for(Object.entries(cases))('%s', async ([, { mutual, config, reads }]) => {
    const front = await frontWith(mutual);
    const { sample } = await canary(front.address, config());

    expect(shape(await sample())).toEqual(reads);
  });

  test('watching goes the same way', async () => {
    const front = await frontWith(true);
    const { sample } = await canary(front.address, { ...trusting(ours('a')), args: [], watch: {} });

    expect(shape(await sample())).toEqual(GOOD);
  });
});

describe('an API key', () => {
  function keyFile(key: string): string {
    const path = certificates.path('api-key');
    writeFileSync(path, `${key}\n`);
    return path;
  }

  test('is told with each call, and read again when it was renewed', async () => {
    const front = await frontWith(false);
    const { sample } = await canary(front.address, { ...trusting(), apiKeyFile: keyFile('first-key') });
    expect(shape(await sample())).toEqual(GOOD);
    expect(new Set(front.authorizations)).toEqual(new Set(['Bearer first-key']));

    keyFile('second-key');
    front.authorizations.length = 0;
    front.wanted = 'Bearer second-key';

    expect(shape(await sample())).toEqual(GOOD);
    expect(new Set(front.authorizations)).toEqual(new Set(['Bearer second-key']));
  });

  test('that is not the right one has a reason of its own, which does not tell it', async () => {
    const front = await frontWith(false);
    front.wanted = 'Bearer right';
    const { sample } = await canary(front.address, { ...trusting(), apiKeyFile: keyFile('wrong-key') });

    const reading = await sample();

    expect(shape(reading)).toEqual({ outcome: 'bad', reason: 'the server does not let us in' });
    expect(JSON.stringify(reading)).not.toContain('wrong-key');
  });
});
