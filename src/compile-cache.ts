import { enableCompileCache } from 'node:module';
import { isAbsolute, join } from 'node:path';

/**
 * Keeps compiled code in the user's cache folder, so that the next start need not compile it. Where there is no such folder, or none that
 * can be written to, Node does without. The folder for temporary files will not do: another user could leave code there for us to run.
 */
export function keepCompiledCode(env: Readonly<Record<string, string | undefined>>): void {
  const folder = env['XDG_CACHE_HOME'] || join(env['HOME'] || '.', '.cache');
  if (isAbsolute(folder)) enableCompileCache(join(folder, 'steadfast'));
}
