import { createHash } from 'node:crypto';
import type { Agent, RequestOptions } from 'node:https';
import { basename } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { tokenFromFile } from './token-file.ts';

/** There is no sign of a cluster where we looked. */
export class NoCluster extends Error {}

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

export interface AccessOptions {
  kubeconfig?: string | undefined;
  context?: string | undefined;
}

/** Finds the cluster as kubectl does. Rejects with `NoCluster` where nothing names one. */
export async function openAccess(options: AccessOptions): Promise<Access> {
  let config = await loadConfig(options);
  const { server, namespace } = placeOf(config);
  const agents = await openAgents();
  return {
    server,
    namespace,
    inCluster: config.getCurrentContext() === 'inClusterContext',
    async credentials(anew) {
      if (anew) config = await loadConfig(options);
      const request = await requestOptions(config);
      const headers = { ...request.headers, ...basicAuth(request.auth) };
      const proxied = config.getCurrentCluster()?.proxyUrl !== undefined;
      return { headers, agent: proxied ? (request.agent as Agent) : agents.for(server, request) };
    },
    close: agents.close,
  };
}

async function requestOptions(config: KubeConfig): Promise<RequestOptions & { headers: Record<string, string> }> {
  const request = { headers: {} };
  // The library refuses plain HTTP unless it may trust anybody; kubectl does not.
  const cluster = config.getCurrentCluster();
  if (cluster?.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true });
  try {
    await config.applyToHTTPSOptions(request);
    return request;
  } catch (error) {
    throw new Error(reasonOf(error as NodeJS.ErrnoException));
  }
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

async function loadConfig({ kubeconfig, context }: AccessOptions): Promise<KubeConfig> {
  // This file of the package, and not its root, which brings every type of the API with it.
  const { KubeConfig: Library } = await import('@kubernetes/client-node/dist/config.js');
  // Of several kubeconfigs the library shows only the first.
  const read: string[] = [];
  class Config extends Library {
    override loadFromFile(...how: Parameters<KubeConfig['loadFromFile']>): void {
      super.loadFromFile(...how);
      read.push(how[0]);
    }
  }
  const config = new Config();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new NoCluster(
      `the kubeconfig cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'not a kubeconfig'}`,
    );
  }
  if (context !== undefined) selectContext(config, context);
  for (const file of read) await takeTokenFile(config, file);
  return config;
}

/** As for kubectl, a file with a token counts before a token. */
async function takeTokenFile(config: KubeConfig, kubeconfig: string): Promise<void> {
  const user = config.getCurrentUser();
  if (!user) return;
  try {
    const token = await tokenFromFile(kubeconfig, user.name);
    if (token !== undefined) Object.assign(user, { token });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'not readable';
    throw new NoCluster(`the kubeconfig's file with a token cannot be read: ${code}`);
  }
}

function selectContext(config: KubeConfig, context: string): void {
  if (!config.getContextObject(context)) throw new NoCluster(`the kubeconfig has no context "${context}"`);
  config.setCurrentContext(context);
}

const NOWHERE = 'http://localhost:8080';

function placeOf(config: KubeConfig): { server: URL; namespace: string } {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || server === NOWHERE || !URL.canParse(server))
    throw new NoCluster('no cluster: neither a kubeconfig nor the service account of a pod names one');
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace?.trim();
  return { server: new URL(server), namespace: namespace || 'default' };
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
