import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';

/** A server on loopback that misbehaves on demand, and what it still holds open. */
export interface LoopbackServer {
  port: number;
  url: string;
  address: string;
  /** Connections that are open now, for tests that look for leaks. */
  connections(): number;
  /** Connections ever accepted. */
  accepted(): number;
  close(): Promise<void>;
}

/** Real HTTP. */
export function httpServer(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  return listening(createHttpServer(handle));
}

/** Raw bytes: each accepted connection is handed over. */
export function tcpServer(handle: (socket: Socket) => void): Promise<LoopbackServer> {
  return listening(createTcpServer(handle));
}

/** Answers every request with this JSON. */
export function jsonServer(answer: unknown, status = 200): Promise<LoopbackServer> {
  return httpServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
}

/** Accepts and never says a word. */
export function silentServer(): Promise<LoopbackServer> {
  return tcpServer((socket) => void socket.resume());
}

/** Promises more bytes than it sends, then closes. */
export function halfWayServer(): Promise<LoopbackServer> {
  return tcpServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"status":');
      setTimeout(() => socket.destroy(), 20);
    });
  });
}

/** Sends a body that never ends. */
export function endlessServer(): Promise<LoopbackServer> {
  return httpServer((_request, response) => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const pump = () => {
      while (response.write(chunk)) if (response.destroyed) return;
    };
    response.on('drain', pump);
    pump();
  });
}

/** Answers with something that is not HTTP. */
export function garbageServer(): Promise<LoopbackServer> {
  return tcpServer((socket) => socket.once('data', () => socket.end('\u0001\u0002 hello, this is not HTTP\r\n\r\n')));
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await silentServer();
  await server.close();
  return server.port;
}

async function listening(server: Server): Promise<LoopbackServer> {
  const open = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket) => {
    accepted++;
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    address: `127.0.0.1:${port}`,
    connections: () => open.size,
    accepted: () => accepted,
    close() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
