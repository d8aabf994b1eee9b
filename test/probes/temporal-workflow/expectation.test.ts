import { describe, expect, test } from 'vitest';
import { argumentsFor } from '../../../src/probes/temporal-workflow/config.ts';
import { differenceFrom } from '../../../src/probes/temporal-workflow/expectation.ts';

describe('a result is compared by path', () => {
  const cases: Record<string, { expected: Record<string, unknown>; result: unknown; difference: string | undefined }> =
    {
      'nothing expected, anything will do': { expected: {}, result: undefined, difference: undefined },
      'as expected': { expected: { status: 'COMPLETED' }, result: { status: 'COMPLETED' }, difference: undefined },
      'a failure that was returned': {
        expected: { status: 'COMPLETED' },
        result: { status: 'FAILED' },
        difference: 'result differs: status is "FAILED", expected "COMPLETED"',
      },
      'deep inside, through a list': {
        expected: { 'steps.1.ok': true },
        result: { steps: [{ ok: true }, { ok: false }] },
        difference: 'result differs: steps.1.ok is false, expected true',
      },
      'no result at all': {
        expected: { status: 'COMPLETED' },
        result: null,
        difference: 'result differs: status is missing, expected "COMPLETED"',
      },
      'an inherited name is not a field': {
        expected: { constructor: null },
        result: {},
        difference: 'result differs: constructor is missing, expected null',
      },
      'a long text is cut': {
        expected: { status: 1 },
        result: { status: 'x'.repeat(500) },
        difference: `result differs: status is "${'x'.repeat(59)}..., expected 1`,
      },
    };

  test.for(Object.entries(cases))('%s', ([, { expected, result, difference }]) => {
    expect(differenceFrom(expected, result)).toBe(difference);
  });
});

test('$ID is filled in wherever it stands', () => {
  const args = [{ goalRunId: '$ID', list: ['a-$ID', 1, null], deep: { key: '$ID/$ID' } }];

  expect(argumentsFor(args, 'c1')).toEqual([{ goalRunId: 'c1', list: ['a-c1', 1, null], deep: { key: 'c1/c1' } }]);
});
