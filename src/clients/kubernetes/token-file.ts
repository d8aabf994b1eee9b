import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NotWhole } from './once-whole.ts';

/** A file that is being written holds something else so much later. */
const SETTLED_AFTER_MS = 50;

/**
 * The token that the `tokenFile` of a kubeconfig's user holds now; undefined where it names none. The client library leaves that field out, which
 * kubectl reads. Rejects where the file cannot be read, and with `NotWhole` where it is just being written.
 */
export async function tokenFromFile(kubeconfig: string, user: string): Promise<string | undefined> {
  const { parse } = await import('yaml');
  const { users } = (parse(await readFile(kubeconfig, 'utf8')) ?? {}) as {
    users?: { name?: unknown; user?: { tokenFile?: unknown } }[];
  };
  const tokenFile = Array.isArray(users) ? users.find((each) => each?.name === user)?.user?.tokenFile : undefined;
  if (typeof tokenFile !== 'string' || tokenFile === '') return undefined;
  return settledToken(resolve(dirname(kubeconfig), tokenFile));
}

/** Without a token we would be nobody, and what nobody may not do says nothing about us. */
async function settledToken(file: string): Promise<string> {
  const token = await readToken(file);
  await sleep(SETTLED_AFTER_MS);
  if (token === '') throw new NotWhole('it is empty');
  if ((await readToken(file)) !== token) throw new NotWhole('it changes all the time');
  return token;
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT' ? new NotWhole('ENOENT') : error;
  }
}
