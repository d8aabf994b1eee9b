import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { type KubeClient, type KubeObject, RESOURCES } from '../../../clients/kubernetes/client.ts';
import type { Inspection } from '../../contract.ts';
import { type Fields, isFields } from '../manifest.ts';
import type { ControllerEndpoint } from './components.ts';
import { fine, problem, warning } from './found.ts';

const SOON_MS = 14 * 24 * 3_600_000;
const HANDSHAKE_MS = 3_000;
const BUNDLE_LIMIT_CHARS = 256 * 1024;

/** A certificate and when it ends. */
interface Dated {
  what: string;
  endsMs: number;
}

/** With an expired certificate every webhook call fails, and with it every creation, and every removal. */
export async function checkCertificates(
  { kube, wallClock }: { kube: KubeClient; wallClock(): number },
  endpoints: readonly ControllerEndpoint[],
  signal: AbortSignal,
): Promise<Inspection[]> {
  const [bundles, served] = await Promise.all([
    authorities(kube, signal),
    Promise.all(endpoints.slice(0, 3).map((one) => serving(one, signal))),
  ]);
  const dated = [...bundles, ...served.filter((one) => one !== undefined)];
  const first = dated.toSorted((one, other) => one.endsMs - other.endsMs)[0];
  if (!first)
    return [warning('when the certificates of the webhooks end cannot be seen', 'kubectl get secrets -n chaos-mesh')];
  const leftMs = first.endsMs - wallClock();
  const text = `${first.what} ${leftMs > 0 ? 'ends' : 'ended'} at ${new Date(first.endsMs).toISOString()}`;
  const command = 'helm upgrade chaos-mesh chaos-mesh/chaos-mesh -n chaos-mesh --reuse-values';
  if (leftMs <= 0) return [problem(text, command)];
  return [leftMs < SOON_MS ? warning(text, command) : fine(text)];
}

async function authorities(kube: KubeClient, signal: AbortSignal): Promise<Dated[]> {
  const found = await kube.list({ resource: RESOURCES.validatingWebhooks }, {}, signal);
  if (!found.ok) return [];
  return found.value.items.flatMap((configuration) => webhooksOf(configuration).flatMap(bundleOf));
}

function webhooksOf(configuration: KubeObject): Fields[] {
  const webhooks = configuration['webhooks'];
  return Array.isArray(webhooks) ? webhooks.filter(isFields).filter(isOfChaosMesh) : [];
}

function isOfChaosMesh({ rules }: Fields): boolean {
  return (
    Array.isArray(rules) && rules.some((rule) => isFields(rule) && list(rule['apiGroups']).includes('chaos-mesh.org'))
  );
}

function bundleOf({ clientConfig }: Fields): Dated[] {
  const bundle = isFields(clientConfig) ? clientConfig['caBundle'] : undefined;
  if (typeof bundle !== 'string' || bundle.length > BUNDLE_LIMIT_CHARS) return [];
  const pem = Buffer.from(bundle, 'base64').toString('latin1');
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => endOf("the webhooks' authority", block) ?? []);
}

function endOf(what: string, certificate: string | Buffer): Dated | undefined {
  try {
    const endsMs = Date.parse(new X509Certificate(certificate).validTo);
    return Number.isFinite(endsMs) ? { what, endsMs } : undefined;
  } catch {
    return undefined;
  }
}

/** What the controller shows to whoever calls. Nothing is sent but the greeting, so it need not be trusted. */
async function serving({ host, port }: ControllerEndpoint, signal: AbortSignal): Promise<Dated | undefined> {
  const { promise, resolve } = Promise.withResolvers<Dated | undefined>();
  const socket = connect({ host, port, rejectUnauthorized: false });
  const giveUp = () => resolve(undefined);
  const late = setTimeout(giveUp, HANDSHAKE_MS);
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  socket.on('error', giveUp);
  socket.once('secureConnect', () => {
    const { raw } = socket.getPeerCertificate();
    resolve(raw ? endOf("the controller's certificate", raw) : undefined);
  });
  return promise.finally(() => {
    clearTimeout(late);
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
  });
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
