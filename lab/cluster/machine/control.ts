import { rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { type ComponentName, components } from './components/all.ts';
import type { Supervisor } from './supervisor.ts';

/** The machine's face to the outside: `GET /` tells which servers run, `POST /<server>/stop|start` does as it says. */
export async function serveControl(socket: string, supervisor: Supervisor): Promise<void> {
  await rm(socket, { force: true });
  const server = createServer((request, response) => {
    request.resume();
    act(request.method ?? '', request.url ?? '', supervisor).then(
      (known) => answer(response, known ? 200 : 404, supervisor.running()),
      (error: Error) => answer(response, 500, { error: error.message }),
    );
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
}

/** False if there is no such thing to do. */
async function act(method: string, url: string, supervisor: Supervisor): Promise<boolean> {
  if (method === 'GET') return url === '/';
  const [, name, what] = url.split('/');
  if (!Object.hasOwn(components, name ?? '')) return false;
  if (what === 'stop') await supervisor.stop(name as ComponentName);
  else if (what === 'start') await supervisor.start(name as ComponentName);
  else return false;
  return true;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
