import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files in PEM: an authority, a server and a client that it signed, and another authority that signed nothing. */
export interface Certificates {
  caFile: string;
  otherCaFile: string;
  /** Key and certificate in one file, as Kafka wants them. */
  serverFile: string;
  certFile: string;
  keyFile: string;
}

export async function makeCertificates(folder: string, program: string): Promise<Certificates> {
  const openssl = (...args: string[]) => execFileSync(program, args, { cwd: folder, stdio: 'pipe' });
  for (const name of ['ca', 'other-ca'])
    openssl('req', '-x509', ...newKey(name), '-out', `${name}.pem`, '-days', '2', '-subj', `/CN=${name}`);
  for (const name of ['server', 'client']) {
    openssl('req', ...newKey(name), '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    await writeFile(join(folder, `${name}.ext`), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.pem`);
  }
  const file = (name: string) => join(folder, name);
  const together = await Promise.all(['server.key', 'server.pem'].map((name) => readFile(file(name), 'utf8')));
  await writeFile(file('server-both.pem'), together.join(''));
  return {
    caFile: file('ca.pem'),
    otherCaFile: file('other-ca.pem'),
    serverFile: file('server-both.pem'),
    certFile: file('client.pem'),
    keyFile: file('client.key'),
  };
}

function newKey(name: string): string[] {
  return ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`];
}
