import * as z from 'zod';
import { connectionKeys, topicNames } from '../lib/kafka/connection-config.ts';

const MAX_GROUPS = 2000;

export const config = z.lazy(() => {
  const { brokers, sasl, tls } = connectionKeys();
  return z
    .strictObject({
      brokers,
      group: groupName().describe('whose committed offsets are read; the probe never joins it').optional(),
      groups: groups()
        .describe('many groups instead of one; each is a part, and lag is summed over all of them')
        .optional(),
      topics: topicNames()
        .describe(
          'whose lag is measured; with `group` each partition is a part; not needed where all `groups` name their own',
        )
        .optional(),
      sasl,
      tls,
    })
    .superRefine(checkGroups);
});

export type Config = z.output<typeof config>;

/** A group and the topics that it is to keep up with. */
export interface Watched {
  group: string;
  topics: readonly string[];
}

/** What the config asks to be watched. */
export function watchedGroups({ group, groups, topics = [] }: GroupsConfig): Watched[] {
  if (group !== undefined) return [{ group, topics }];
  return (groups ?? []).map((each) => (typeof each === 'string' ? { group: each, topics } : watched(each, topics)));
}

function watched({ name, topics }: Exclude<GroupConfig, string>, otherwise: readonly string[]): Watched {
  return { group: name, topics: topics ?? otherwise };
}

type GroupConfig = z.output<ReturnType<typeof groups>>[number];

interface GroupsConfig {
  group?: string | undefined;
  groups?: GroupConfig[] | undefined;
  topics?: string[] | undefined;
}

function groups() {
  const own = z.strictObject({
    name: groupName(),
    topics: topicNames().describe('of this group; otherwise those of the probe').optional(),
  });
  return z
    .array(z.union([groupName(), own]))
    .min(1)
    .max(MAX_GROUPS);
}

function groupName() {
  return z.string().min(1).max(255);
}

function checkGroups(config: GroupsConfig, context: z.RefinementCtx): void {
  const problem = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  if ((config.group === undefined) === (config.groups === undefined)) {
    problem(['group'], 'either `group` or `groups` is needed');
    return;
  }
  const all = watchedGroups(config);
  if (new Set(all.map(({ group }) => group)).size < all.length) problem(['groups'], 'a group is named twice');
  if (all.some(({ topics }) => topics.length === 0))
    problem(['topics'], 'the topics whose lag counts must be named, for all groups or for each');
}
