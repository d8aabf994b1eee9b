import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';

const account = '/var/run/secrets/kubernetes.io/serviceaccount';
const answerWithinMs = 5_000;

/** What the API server of the cluster that this runs in answers; asked as the pod's service account. */
export async function askApiServer(path: string): Promise<unknown> {
  const [token, ca] = await Promise.all([
    readFile(join(account, 'token'), 'utf8'),
    readFile(join(account, 'ca.crt'), 'utf8'),
  ]);
  const host = process.env['KUBERNETES_SERVICE_HOST'];
  const port = process.env['KUBERNETES_SERVICE_PORT'];
  const headers = { authorization: `Bearer ${token.trim()}` };
  const signal = AbortSignal.timeout(answerWithinMs);
  const text = await new Promise<string>((resolve, reject) => {
    const asking = request({ host, port, path, ca, headers, signal }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200 ? resolve(body) : reject(new Error(`${path}: ${response.statusCode} ${body}`)),
      );
    });
    asking.on('error', reject);
    asking.end();
  });
  return JSON.parse(text);
}
