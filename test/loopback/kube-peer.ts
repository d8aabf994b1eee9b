import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../src/clients/kubernetes/client.ts';

/** What a request asks for. */
export interface PeerRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
  token: string | undefined;
}

/** Instead of the ordinary answer: nothing at all, a closed connection, one that closes after the work was done, or this one. */
export type Misbehaviour =
  | 'hang'
  | 'reset'
  | 'lose'
  | { status: number; body?: unknown; headers?: Record<string, string> }
  /** As it stands, not as JSON. */
  | { text: string };

/** A stand-in for an API server that keeps objects in memory and does on demand what a real one will not. */
export interface KubePeer {
  url: string;
  /** Path of a kubeconfig that leads here. */
  kubeconfig: string;
  requests: PeerRequest[];
  /** Asked before each request. */
  misbehave: (request: PeerRequest) => Misbehaviour | undefined;
  /** While true, watches stay open and say nothing. */
  silent: boolean;
  /** Called after each change; plays the controllers. */
  react: (type: 'ADDED' | 'MODIFIED' | 'DELETED', path: string, object: KubeObject) => void;
  /** By the path of the collection and the name. */
  put(collection: string, object: KubeObject): KubeObject;
  change(path: string, change: (object: KubeObject) => void): void;
  remove(path: string): void;
  object(path: string): KubeObject | undefined;
  objects(collection: string): KubeObject[];
  endWatches(): void;
  close(): Promise<void>;
}

interface Watcher {
  collection: string;
  query: URLSearchParams;
  response: ServerResponse;
}

export async function startKubePeer(): Promise<KubePeer> {
  const store = new Map<string, KubeObject>();
  const watchers = new Set<Watcher>();
  const sockets = new Set<Socket>();
  const folder = await mkdtemp(join(tmpdir(), 'kube-peer-'));
  let version = 100;

  const server: Server = createServer((request, response) => void handle(request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = join(folder, 'config');
  await writeFile(kubeconfig, kubeconfigFor(url));

  const announce = (type: 'ADDED' | 'MODIFIED' | 'DELETED', path: string, object: KubeObject) => {
    const copy = structuredClone(object);
    for (const { collection, query, response } of watchers)
      if (!peer.silent && isIn(path, collection) && selected(copy, query))
        response.write(`${JSON.stringify({ type, object: copy })}\n`);
    setImmediate(() => peer.react(type, path, structuredClone(object)));
  };
  const stamp = (object: KubeObject) => {
    object.metadata.resourceVersion = String(++version);
  };
  const finish = (path: string, object: KubeObject) => {
    if (object.metadata.deletionTimestamp && (object.metadata.finalizers ?? []).length === 0) {
      store.delete(path);
      stamp(object);
      announce('DELETED', path, object);
    } else announce('MODIFIED', path, object);
  };

  const peer: KubePeer = {
    url,
    kubeconfig,
    requests: [],
    misbehave: () => undefined,
    silent: false,
    react: () => undefined,
    put(collection, object) {
      const path = `${collection}/${object.metadata.name}`;
      const namespace = /\/namespaces\/([^/]+)\/[^/]+$/.exec(collection)?.[1];
      const { metadata } = object;
      const kept: KubeObject = {
        ...structuredClone(object),
        metadata: { uid: `uid-${version}`, creationTimestamp: new Date().toISOString(), ...metadata },
      };
      if (namespace) kept.metadata.namespace = namespace;
      stamp(kept);
      store.set(path, kept);
      announce('ADDED', path, kept);
      return kept;
    },
    change(path, change) {
      const object = store.get(path);
      if (!object) return;
      change(object);
      stamp(object);
      finish(path, object);
    },
    remove(path) {
      peer.change(path, (object) => {
        object.metadata.deletionTimestamp ??= new Date().toISOString();
      });
    },
    object: (path) => store.get(path),
    objects: (collection) => [...store].filter(([path]) => isIn(path, collection)).map(([, object]) => object),
    endWatches() {
      for (const { response } of watchers) response.destroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
  return peer;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = new URL(request.url ?? '/', url);
    const text = Buffer.concat(await request.toArray()).toString();
    const asked: PeerRequest = {
      method: request.method ?? 'GET',
      path: target.pathname,
      query: target.searchParams,
      body: text === '' ? undefined : JSON.parse(text),
      token: request.headers.authorization,
    };
    peer.requests.push(asked);
    const instead = peer.misbehave(asked);
    if (instead === 'hang') return;
    if (instead === 'reset') {
      request.socket.destroy();
      return;
    }
    if (instead === 'lose') {
      answer(asked, new ServerResponse(request));
      request.socket.destroy();
    } else if (instead && 'text' in instead) response.end(instead.text);
    else if (instead) reply(response, instead.status, instead.body ?? {}, instead.headers);
    else answer(asked, response);
  }

  function answer(asked: PeerRequest, response: ServerResponse): unknown {
    if (asked.method === 'GET') return read(asked, response);
    if (asked.method === 'POST') return create(asked, response);
    const object = store.get(asked.path);
    if (!object) return fail(response, 404, 'NotFound', `${asked.path} not found`);
    if (asked.method === 'PATCH') return patch(asked, object, response);
    const { preconditions } = (asked.body ?? {}) as { preconditions?: { uid?: string } };
    if (preconditions?.uid && preconditions.uid !== object.metadata.uid)
      return fail(response, 409, 'Conflict', 'the UID in the precondition does not match');
    peer.remove(asked.path);
    return reply(response, 200, object);
  }

  function read({ path, query }: PeerRequest, response: ServerResponse): unknown {
    if (query.get('watch')) {
      const watcher = { collection: path, query, response };
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.flushHeaders();
      response.on('close', () => watchers.delete(watcher));
      return watchers.add(watcher);
    }
    const object = store.get(path);
    if (object) return reply(response, 200, object);
    if (!isCollection(path)) return fail(response, 404, 'NotFound', `${path} not found`);
    const items = peer.objects(path).filter((each) => selected(each, query));
    return reply(response, 200, { kind: 'List', metadata: { resourceVersion: String(version) }, items });
  }

  function create({ path, query, body }: PeerRequest, response: ServerResponse): unknown {
    const object = body as KubeObject;
    if (path.endsWith('/selfsubjectaccessreviews'))
      return reply(response, 201, { ...object, metadata: {}, status: { allowed: true } });
    if (store.has(`${path}/${object.metadata.name}`))
      return fail(response, 409, 'AlreadyExists', `${object.metadata.name} already exists`);
    if (query.get('dryRun')) return reply(response, 201, object);
    return reply(response, 201, peer.put(path, object));
  }

  function patch({ path, body }: PeerRequest, object: KubeObject, response: ServerResponse): unknown {
    const wanted = (body as KubeObject).metadata?.resourceVersion;
    if (wanted && wanted !== object.metadata.resourceVersion)
      return fail(response, 409, 'Conflict', 'the object has been modified');
    peer.change(path, (each) => merge(each, body as Record<string, unknown>));
    return reply(response, 200, store.get(path) ?? object);
  }
}

/** `/api/v1/pods` and `/api/v1/namespaces/x/pods` are collections, what has one segment more is an object. */
function isCollection(path: string): boolean {
  return (path.split('/').length - (path.startsWith('/apis/') ? 4 : 3)) % 2 === 1;
}

function isIn(path: string, collection: string): boolean {
  const folder = path.slice(0, path.lastIndexOf('/'));
  return folder === collection || folder.replace(/\/namespaces\/[^/]+(?=\/[^/]+$)/, '') === collection;
}

function selected({ metadata }: KubeObject, query: URLSearchParams): boolean {
  const labels = (query.get('labelSelector') ?? '').split(',').filter((each) => each !== '');
  const fields = (query.get('fieldSelector') ?? '').split(',').filter((each) => each.startsWith('metadata.name='));
  return (
    labels.every((each) => {
      const [name, value] = each.split('=') as [string, string | undefined];
      return value === undefined ? metadata.labels?.[name] !== undefined : metadata.labels?.[name] === value;
    }) && fields.every((each) => each === `metadata.name=${metadata.name}`)
  );
}

function merge(into: Record<string, unknown>, patch: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(patch)) {
    const before = into[key];
    if (value === null) delete into[key];
    else if (isMap(value) && isMap(before)) merge(before, value);
    else into[key] = value;
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fail(response: ServerResponse, code: number, reason: string, message: string): void {
  reply(response, code, { kind: 'Status', status: 'Failure', code, reason, message });
}

function reply(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** A kubeconfig that leads to this address. */
export function kubeconfigFor(url: string): string {
  return `apiVersion: v1
kind: Config
clusters: [{name: peer, cluster: {server: "${url}", insecure-skip-tls-verify: true}}]
users: [{name: me, user: {token: first-token}}]
contexts: [{name: peer, context: {cluster: peer, user: me, namespace: ours}}]
current-context: peer
`;
}
