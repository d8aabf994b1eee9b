import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

/**
 * The token that a user's `tokenFile` holds now; undefined where a kubeconfig names none. The client library leaves that field out, which kubectl
 * reads. Of several kubeconfigs the first that has the user counts. Rejects where the file cannot be read.
 */
export async function tokenFromFile(user: string, kubeconfig: string | undefined): Promise<string | undefined> {
  for (const path of kubeconfig === undefined ? usualPaths() : [kubeconfig]) {
    const found = await userIn(path, user);
    if (found === undefined) continue;
    const { tokenFile } = found;
    return tokenFile === undefined ? undefined : (await readFile(resolve(dirname(path), tokenFile), 'utf8')).trim();
  }
  return undefined;
}

function usualPaths(): string[] {
  const named = process.env['KUBECONFIG']?.split(delimiter).filter(Boolean) ?? [];
  return named.length > 0 ? named : [join(homedir(), '.kube/config')];
}

async function userIn(path: string, name: string): Promise<{ tokenFile?: string } | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { parse } = await import('yaml');
  const { users } = (parse(text) ?? {}) as { users?: { name?: unknown; user?: { tokenFile?: unknown } }[] };
  const found = Array.isArray(users) ? users.find((each) => each?.name === name) : undefined;
  if (!found) return undefined;
  const { tokenFile } = found.user ?? {};
  return typeof tokenFile === 'string' && tokenFile !== '' ? { tokenFile } : {};
}
