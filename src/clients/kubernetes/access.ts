import { createHash } from 'node:crypto';
import type { Agent, RequestOptions } from 'node:https';
import { basename } from 'node:path';
import { type AccessOptions, type KubeConfig, loadAgain, loadConfig, placeOf } from './kubeconfig.ts';
import { NotWhole, onceWhole } from './once-whole.ts';

/** What a request needs so that the server lets us in. */
export interface Credentials {
  headers: Record<string, string>;
  agent: Agent;
}

/** A cluster's address, and who we are there. */
export interface Access {
  server: URL;
  namespace: string;
  /** By the service account of a pod. */
  inCluster: boolean;
  /** Tokens rotate: `anew` reads everything again from where it came. Rejects with one line. */
  credentials(anew: boolean): Promise<Credentials>;
  close(): void;
}

/** Finds the cluster as kubectl does. Rejects with `NoCluster` where nothing names one. */
export async function openAccess(options: AccessOptions): Promise<Access> {
  let config = await onceWhole(() => loadConfig(options));
  const { server, namespace } = placeOf(config);
  const agents = await openAgents();
  let last: Credentials | undefined;
  const read = async (): Promise<Credentials> => {
    const request = await requestOptions(config);
    const headers = { ...request.headers, ...basicAuth(request.auth) };
    const proxied = config.getCurrentCluster()?.proxyUrl !== undefined;
    return { headers, agent: proxied ? (request.agent as Agent) : agents.for(server, request) };
  };
  return {
    server,
    namespace,
    inCluster: config.getCurrentContext() === 'inClusterContext',
    async credentials(anew) {
      if (anew) config = await onceWhole(() => loadAgain(options, config));
      try {
        last = await onceWhole(read);
      } catch (error) {
        // What the server has not refused so far may hold on.
        if (anew || !last || !(error instanceof NotWhole)) throw error;
      }
      return last;
    },
    close: agents.close,
  };
}

type Request = RequestOptions & { headers: Record<string, string> };

async function requestOptions(config: KubeConfig): Promise<Request> {
  const request: Request = { headers: {} };
  // The library refuses plain HTTP unless it may trust anybody; kubectl does not.
  const cluster = config.getCurrentCluster();
  if (cluster?.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true });
  try {
    await config.applyToHTTPSOptions(request);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    const isGone = code === 'ENOENT' && syscall === 'open';
    throw new (isGone ? NotWhole : Error)(reasonOf(error as NodeJS.ErrnoException));
  }
  // The library goes on without a token, as nobody, where its file is empty.
  const hasToken = request.headers['Authorization'] !== undefined;
  if (isKnownByFile(config) && !hasToken) throw new NotWhole('the file with the token is empty');
  return request;
}

/** As the service account of a pod is. */
function isKnownByFile(config: KubeConfig): boolean {
  return config.getCurrentUser()?.authProvider?.config?.tokenFile !== undefined;
}

/** Never what a program has printed, which may be a secret. */
function reasonOf({ code, syscall, message }: NodeJS.ErrnoException): string {
  const program = syscall?.startsWith('spawn ') ? syscall.slice('spawn '.length) : undefined;
  if (program !== undefined) return `the program ${basename(program)}, which makes them, cannot be run: ${code}`;
  if (code !== undefined) return code;
  return message.startsWith('No command')
    ? 'the kubeconfig names no command that makes them'
    : 'the program that makes them failed; kubectl says how';
}

function basicAuth(auth: string | null | undefined): Record<string, string> {
  return auth ? { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
}

interface Agents {
  for(server: URL, request: RequestOptions): Agent;
  close(): void;
}

/** Connections are kept, and made anew when a certificate was renewed. */
async function openAgents(): Promise<Agents> {
  const [http, https] = await Promise.all([import('node:http'), import('node:https')]);
  const plain = new http.Agent({ keepAlive: true }) as Agent;
  let kept: { print: string; agent: Agent } | undefined;
  return {
    for(server, { ca, cert, key, servername, rejectUnauthorized }) {
      if (server.protocol === 'http:') return plain;
      const tls = { ca, cert, key, servername, ...(rejectUnauthorized === false ? { rejectUnauthorized } : {}) };
      const print = createHash('sha256').update(JSON.stringify(tls)).digest('hex');
      if (kept?.print !== print) kept = { print, agent: new https.Agent({ keepAlive: true, ...given(tls) }) };
      return kept.agent;
    },
    close() {
      plain.destroy();
      kept?.agent.destroy();
    },
  };
}

function given<Options extends object>(options: Options): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Options>;
}
