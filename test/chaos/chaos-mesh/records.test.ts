import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isActive, isInjected, isRecovered, lastFailure, readStatus } from '../../../src/chaos/chaos-mesh/records.ts';

const injected = { id: 'a/b', selectorKey: '.', phase: 'Injected', injectedCount: 1, recoveredCount: 0 };
const recovered = { ...injected, phase: 'Not Injected', recoveredCount: 1 };
const waiting = { ...injected, phase: 'Not Injected/Wait', injectedCount: 0 };
const never = { ...injected, phase: 'Not Injected', injectedCount: 0 };
const target = { ...injected, selectorKey: '.Target' };

const statusOf = (containerRecords: unknown, desiredPhase = 'Run', conditions: string[] = []) =>
  readStatus({
    metadata: {},
    status: {
      conditions: conditions.map((type) => ({ type, status: 'True' })),
      experiment: { desiredPhase, containerRecords },
    },
  });

describe('injected', () => {
  it.each([
    ['when each target was hit', [injected, target], [], true],
    ['also when it was taken back since', [recovered], [], true],
    [
      'not by conditions: 2.6.0 to 2.6.2 said so of an experiment that selected nothing',
      [],
      ['AllInjected', 'AllRecovered'],
      false,
    ],
    ['not while one target waits', [injected, waiting], ['AllInjected'], false],
    ['not when only the other side was hit', [target], [], false],
    ['not without records', undefined, ['AllInjected'], false],
  ])('%s', (_sentence, records, conditions, is) => {
    expect(isInjected(statusOf(records, 'Run', conditions as string[]))).toBe(is);
  });
});

describe('recovered', () => {
  it.each([
    ['when each target was given back', [recovered], 'Stop', [], true],
    ['not while it is to run', [recovered], 'Run', ['AllRecovered'], false],
    ['not while one has it', [recovered, injected], 'Stop', [], false],
    ['not while one waits', [recovered, waiting], 'Stop', ['AllRecovered'], false],
    ['where one was never hit, since there is nothing to give back', [recovered, never], 'Stop', [], true],
    ['not without records, whatever the conditions say', [], 'Stop', ['AllRecovered'], false],
  ])('%s', (_sentence, records, desired, conditions, is) => {
    expect(isRecovered(statusOf(records, desired, conditions as string[]))).toBe(is);
  });
});

it('finds the last reason why a target was not hit', () => {
  const events = ['first', 'second'].map((message) => ({ type: 'Failed', operation: 'Apply', message }));
  expect(lastFailure(statusOf([injected, { ...waiting, events }]))).toBe('second');
  expect(lastFailure(statusOf([{ ...injected, events }]))).toBeUndefined();
});

it('reads any status without a fault of its own', () => {
  void fc.assert(
    fc.property(fc.anything(), fc.array(fc.anything()), (anything, records) => {
      for (const status of [readStatus({ metadata: {}, status: anything }), statusOf(records), statusOf(anything)]) {
        expect([isInjected(status), isRecovered(status), isActive(status)].every((is) => typeof is === 'boolean')).toBe(
          true,
        );
        lastFailure(status);
      }
    }),
  );
});
