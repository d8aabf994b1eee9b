import { request } from 'node:http';
import { text } from 'node:stream/consumers';

const withinMs = 120_000;

/** Speaks to the machine's control; see machine/control.ts. Gives the process number of each server that runs. */
export function askMachine(socketPath: string, method: 'GET' | 'POST', path: string) {
  return new Promise<Record<string, number | null>>((resolve, reject) => {
    const signal = AbortSignal.timeout(withinMs);
    const outgoing = request({ socketPath, method, path, signal }, (response) => {
      text(response).then((body) => {
        if (response.statusCode === 200) resolve(JSON.parse(body) as Record<string, number | null>);
        else reject(new Error(`${method} ${path} is answered with ${response.statusCode}: ${body}`));
      }, reject);
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}
