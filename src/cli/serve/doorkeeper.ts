import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** Lets in who has the token. */
export interface Doorkeeper {
  /** `authorization`: of a request, as it stands. */
  letsIn(authorization: string | undefined): boolean;
  close(): void;
}

/** A shorter one could be guessed. */
const LEAST_CHARS = 16;
const READ_EVERY_MS = 5_000;

/** Reads the token now and again and again, since tokens are renewed; while the file cannot be read the one before counts. Or says why it cannot. */
export async function openDoorkeeper(tokenFile: string): Promise<Doorkeeper | { problem: string }> {
  const first = await readToken(tokenFile);
  if ('problem' in first) return first;
  let wanted = printOf(first.token);
  const timer = setInterval(async () => {
    const read = await readToken(tokenFile);
    if ('token' in read) wanted = printOf(read.token);
  }, READ_EVERY_MS).unref();
  return {
    letsIn(authorization) {
      const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
      return token !== undefined && timingSafeEqual(printOf(token), wanted);
    },
    close: () => clearInterval(timer),
  };
}

/** Of one length, so that not even the token's own is told by how long a comparison takes. */
function printOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

async function readToken(file: string): Promise<{ token: string } | { problem: string }> {
  try {
    const token = (await readFile(file, 'utf8')).trim();
    if (!/^[\x21-\x7e]+$/.test(token)) return { problem: 'it does not hold a token' };
    return token.length < LEAST_CHARS ? { problem: `its token has fewer than ${LEAST_CHARS} characters` } : { token };
  } catch (error) {
    return { problem: (error as NodeJS.ErrnoException).code ?? 'it cannot be read' };
  }
}
