import { join } from 'node:path';

/** Where faults are recorded, so that another process can remove them. Undefined where the environment names no place. */
export function faultsFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const state = stateFolder(env);
  return state === undefined ? undefined : join(state, 'faults');
}

function stateFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (env['STEADFAST_STATE']) return env['STEADFAST_STATE'];
  if (env['XDG_STATE_HOME']) return join(env['XDG_STATE_HOME'], 'steadfast');
  return env['HOME'] ? join(env['HOME'], '.local', 'state', 'steadfast') : undefined;
}
