import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * The token that the `tokenFile` of a kubeconfig's user holds now; undefined where it names none. The client library leaves that field out, which
 * kubectl reads. Rejects where the file cannot be read.
 */
export async function tokenFromFile(kubeconfig: string, user: string): Promise<string | undefined> {
  const { parse } = await import('yaml');
  const { users } = (parse(await readFile(kubeconfig, 'utf8')) ?? {}) as {
    users?: { name?: unknown; user?: { tokenFile?: unknown } }[];
  };
  const tokenFile = Array.isArray(users) ? users.find((each) => each?.name === user)?.user?.tokenFile : undefined;
  if (typeof tokenFile !== 'string' || tokenFile === '') return undefined;
  return (await readFile(resolve(dirname(kubeconfig), tokenFile), 'utf8')).trim();
}
