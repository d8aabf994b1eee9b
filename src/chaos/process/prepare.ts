import type { Preparation } from '../contract.ts';
import type { ProcessConfig } from './config.ts';
import { findTarget, nameOf } from './target.ts';

export async function prepareTarget(config: ProcessConfig): Promise<Preparation> {
  const found = await findTarget(config.pidFile, config.group);
  return found.ok ? { targets: [nameOf(found.target)], problems: [] } : { targets: [], problems: [found.problem] };
}
