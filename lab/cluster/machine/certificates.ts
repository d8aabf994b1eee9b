import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../getting/command.ts';
import { net } from '../place.ts';

interface Certificate {
  name: string;
  subject: string;
  /** Names and addresses it is valid for. */
  alternativeNames?: readonly string[];
}

const days = '365';

const certificates: readonly Certificate[] = [
  {
    name: 'apiserver',
    subject: '/CN=kube-apiserver',
    alternativeNames: [
      `IP:${net.nodeAddress}`,
      `IP:${net.apiService}`,
      'IP:127.0.0.1',
      'DNS:kubernetes',
      'DNS:kubernetes.default',
      'DNS:kubernetes.default.svc',
      `DNS:kubernetes.default.svc.${net.dnsDomain}`,
    ],
  },
  { name: 'kubelet-client', subject: '/O=system:masters/CN=kube-apiserver-kubelet-client' },
  {
    name: 'webhook',
    subject: '/CN=chaos-mesh-controller-manager',
    alternativeNames: [
      'DNS:chaos-mesh-controller-manager',
      'DNS:chaos-mesh-controller-manager.chaos-mesh',
      'DNS:chaos-mesh-controller-manager.chaos-mesh.svc',
    ],
  },
];

/** Makes an authority, what it signs, and the key that signs service accounts. */
export async function makeCertificates(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await makeKey(folder, 'ca');
  await openssl(
    folder,
    'req',
    '-x509',
    '-new',
    '-key',
    'ca.key',
    '-subj',
    '/CN=steadfast-lab',
    '-days',
    days,
    '-out',
    'ca.crt',
  );
  await Promise.all([makeKeyPair(folder, 'service-accounts'), ...certificates.map((one) => sign(folder, one))]);
}

async function makeKeyPair(folder: string, name: string): Promise<void> {
  await makeKey(folder, name);
  await openssl(folder, 'pkey', '-in', `${name}.key`, '-pubout', '-out', `${name}.pub`);
}

async function sign(folder: string, { name, subject, alternativeNames }: Certificate): Promise<void> {
  await makeKey(folder, name);
  await openssl(folder, 'req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`);
  const usage = 'extendedKeyUsage=serverAuth,clientAuth\n';
  const names = alternativeNames === undefined ? '' : `subjectAltName=${alternativeNames.join(',')}\n`;
  await writeFile(join(folder, `${name}.ext`), usage + names);
  const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-set_serial', serialOf(name)];
  const output = ['-extfile', `${name}.ext`, '-days', days, '-out', `${name}.crt`];
  await openssl(folder, 'x509', '-req', '-in', `${name}.csr`, ...authority, ...output);
}

function serialOf(name: string): string {
  return `0x${Buffer.from(name).toString('hex')}`;
}

async function makeKey(folder: string, name: string): Promise<void> {
  await openssl(folder, 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`);
}

async function openssl(cwd: string, ...args: string[]): Promise<void> {
  await runCommand('openssl', args, { cwd });
}
