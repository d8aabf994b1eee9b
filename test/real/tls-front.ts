import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  type ClientHttp2Session,
  connect,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The name in the server's certificate, which is not its address. */
export const SERVER_NAME = 'temporal.example';

/** Two authorities, and what each signed for a server and a client; PEM files by name, such as `a-client.key`. */
export class Certificates {
  readonly folder = mkdtempSync(join(tmpdir(), 'steadfast-certificates-'));

  constructor() {
    for (const authority of ['a', 'b']) {
      this.#openssl('req', '-x509', ...this.#newKey(authority), '-subj', `/CN=${authority}`, '-days', '2');
      this.#sign(authority, 'server');
      this.#sign(authority, 'client');
    }
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #sign(authority: string, role: string): void {
    const name = `${authority}-${role}`;
    writeFileSync(this.path(`${name}.ext`), `subjectAltName=DNS:${SERVER_NAME}`);
    this.#openssl('req', ...this.#newKey(name), '-subj', `/CN=${name}`);
    const by = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-CAcreateserial'];
    this.#openssl(
      'x509',
      '-req',
      '-in',
      `${name}.crt`,
      ...by,
      '-days',
      '2',
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
    );
  }

  #newKey(name: string): string[] {
    return [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    ];
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'ignore' });
  }
}

/** What ends TLS in front of a server that speaks none, as in front of a Temporal that is offered as a service. */
export class TlsFront {
  /** What calls said of who they are. */
  readonly authorizations: (string | undefined)[] = [];
  /** Where it is set, other calls are turned away. */
  wanted: string | undefined;
  readonly #server: Http2SecureServer;
  readonly #upstream: ClientHttp2Session;

  private constructor(server: Http2SecureServer, upstream: ClientHttp2Session) {
    this.#server = server;
    this.#upstream = upstream;
    server.on('stream', (stream, headers) => this.#forward(stream, headers));
    server.on('sessionError', () => {});
    server.on('session', (session) => session.on('error', () => {}));
  }

  static async before(address: string, certificates: Certificates, mutual: boolean): Promise<TlsFront> {
    const server = createSecureServer({
      key: certificates.read('a-server.key'),
      cert: certificates.read('a-server.crt'),
      ...(mutual && { ca: certificates.read('a.crt'), requestCert: true, rejectUnauthorized: true }),
    });
    const front = new TlsFront(server, connect(`http://${address}`));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return front;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#upstream.destroy();
    this.#server.close();
  }

  #forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const { authorization, 'content-type': type } = headers;
    this.authorizations.push(authorization);
    stream.on('error', () => {});
    if (this.wanted !== undefined && authorization !== this.wanted) {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16' }, { endStream: true });
      return;
    }
    const asked = { ':method': 'POST', ':path': headers[':path'], 'content-type': type, te: 'trailers' };
    const call = this.#upstream.request(asked);
    call.on('error', () => stream.close());
    stream.on('close', () => call.close());
    call.on('response', ({ ':status': status, ...rest }, flags) => {
      const isAll = (flags & 1) === 1;
      stream.respond({ ':status': status ?? 200, ...rest }, { waitForTrailers: !isAll, endStream: isAll });
      if (!isAll) call.pipe(stream);
    });
    let trailers: IncomingHttpHeaders = {};
    call.on('trailers', (told) => {
      trailers = told;
    });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    stream.pipe(call);
  }
}
