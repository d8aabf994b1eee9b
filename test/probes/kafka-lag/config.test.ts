import { expect, test } from 'vitest';
import { type Config, config, watchedGroups } from '../../../src/probes/kafka-lag/config.ts';

const brokers = ['127.0.0.1:9092'];

test.each<[string, object, string[]]>([
  ['neither a group nor groups', { topics: ['t'] }, ['group: either `group` or `groups` is needed']],
  ['both', { group: 'a', groups: ['b'], topics: ['t'] }, ['group: either `group` or `groups` is needed']],
  [
    'a group without topics',
    { group: 'a' },
    ['topics: the topics whose lag counts must be named, for all groups or for each'],
  ],
  [
    'one of many without topics',
    { groups: ['a', { name: 'b', topics: ['t'] }] },
    ['topics: the topics whose lag counts must be named, for all groups or for each'],
  ],
  ['a group that is named twice', { groups: ['a', { name: 'a' }], topics: ['t'] }, ['groups: a group is named twice']],
])('%s is refused', (_, wrong, problems) => {
  const { error } = config.safeParse({ brokers, ...wrong });

  expect(error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual(problems);
});

test('groups read the topics of the probe, or their own', () => {
  const parsed = config.parse({ brokers, groups: ['a', { name: 'b', topics: ['u', 'v'] }], topics: ['t'] }) as Config;

  expect(watchedGroups(parsed)).toEqual([
    { group: 'a', topics: ['t'] },
    { group: 'b', topics: ['u', 'v'] },
  ]);
});
