/** Whether a namespace approves of a plan, and the command that has it approve. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inspectPlace } from '../../../../src/chaos/chaos-mesh/preflight/inspect.ts';
import { openPreflightStage, PLACES, type PreflightStage, podKill } from './preflight-stage.ts';

let stage: PreflightStage;
beforeEach(async () => {
  stage = await openPreflightStage();
});
afterEach(() => stage[Symbol.asyncDispose]());

const IN_AN_HOUR = new Date(Date.now() + 3_600_000).toISOString();
const AN_HOUR_AGO = new Date(Date.now() - 3_600_000).toISOString();

function approve(approved: string, until = IN_AN_HOUR): void {
  stage.peer.change(PLACES.namespace, ({ metadata }) => {
    metadata.annotations = { 'steadfast/approved': approved, 'steadfast/approved-until': until };
  });
}

describe('a namespace', () => {
  test.each<[string, string, string, string[]]>([
    ['approves of each plan that it names', 'sha256:other,sha256:abc', IN_AN_HOUR, []],
    ['may have spaces and lines between them', ' sha256:other,\n sha256:abc ', IN_AN_HOUR, []],
    [
      'approves of no plan whose digest merely begins alike',
      'sha256:abcd',
      IN_AN_HOUR,
      ['namespace shop approves of other plans: this one is sha256:abc'],
    ],
    [
      'approves until its time is over',
      'sha256:abc',
      AN_HOUR_AGO,
      [`the approval of namespace shop ended at ${AN_HOUR_AGO}`],
    ],
    [
      'approves of nothing by a comma',
      ',',
      IN_AN_HOUR,
      ['namespace shop does not approve of this plan (steadfast/approved: sha256:abc)'],
    ],
  ])('%s', async (_, approved, until, problems) => {
    approve(approved, until);
    expect((await stage.check(podKill)).preparation.problems).toEqual(problems);
  });
});

test.each([
  ['and of those that are approved of already', IN_AN_HOUR, 'sha256:old,sha256:one,sha256:two'],
  ['and of none whose approval has ended', AN_HOUR_AGO, 'sha256:one,sha256:two'],
])('one command approves of all plans that are looked at together, %s', async (_, until, approved) => {
  approve('sha256:old', until);
  const limits = { maxFaultMs: 60_000, maxTargets: 3, abortWhen: [] };
  const plan = (name: string, namespace: string) => ({
    ...{ experiment: 'kill', plan: name, digest: `sha256:${name}`, durationMs: 1_000 },
    limits: { ...limits, namespaces: [namespace] },
    config: { manifest: podKill, kubeconfig: stage.peer.kubeconfig },
  });
  const plans = [plan('one', 'shop'), plan('two', 'shop'), plan('elsewhere', 'market')];
  const lines = await inspectPlace(plans as never, AbortSignal.timeout(20_000));
  const commands = lines.flatMap(({ text, command = '' }) => (/^(one|two)\/.*approves of/.test(text) ? [command] : []));

  expect(commands.map((command) => /approved=(\S+)/.exec(command)?.[1])).toEqual([approved, approved]);
});
