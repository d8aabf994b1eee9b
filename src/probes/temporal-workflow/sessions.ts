import type { ProbeContext, ProbeSession } from '../contract.ts';
import type { Config } from './config.ts';
import type { Link } from './link.ts';
import { TemporalSession } from './session.ts';
import { WatchSession } from './watch-session.ts';

/** One that starts canaries, or one that watches. */
export function sessionFor(config: Config, context: ProbeContext, link: Link): ProbeSession {
  return config.watch ? new WatchSession(config, context, link) : new TemporalSession(config, context, link);
}
