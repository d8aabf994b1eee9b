import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { BaseOptions } from '@platformatic/kafka';
import type { ConnectionConfig } from './connection-config.ts';

/**
 * What every client of the brokers is made with: one attempt, no topic made by asking for it, the plan's way in. Rejects where a file of
 * the config cannot be read; does not contact the brokers.
 */
export async function clientOptions(config: ConnectionConfig, timeoutMs: number): Promise<BaseOptions> {
  return {
    clientId: 'steadfast',
    bootstrapBrokers: config.brokers,
    autocreateTopics: false,
    retries: 0,
    connectTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    ...(await tlsOf(config)),
    ...saslOf(config),
  };
}

async function tlsOf({ brokers, tls }: ConnectionConfig): Promise<Pick<BaseOptions, 'tls' | 'tlsServerName'>> {
  if (tls === undefined || tls === false) return {};
  if (tls === true) return { tls: {}, tlsServerName: areNames(brokers) };
  const { caFile, certFile, keyFile, serverName } = tls;
  return {
    tlsServerName: serverName ?? areNames(brokers),
    tls: {
      ...(caFile && { ca: await readFile(caFile) }),
      ...(certFile && { cert: await readFile(certFile) }),
      ...(keyFile && { key: await readFile(keyFile) }),
    },
  };
}

/** An address is not sent as the server's name; it is held against the certificate all the same. */
function areNames(brokers: readonly string[]): boolean {
  return brokers.every((broker) => isIP(broker.slice(0, broker.lastIndexOf(':')).replace(/^\[|\]$/g, '')) === 0);
}

function saslOf({ sasl }: ConnectionConfig): Pick<BaseOptions, 'sasl'> {
  if (!sasl) return {};
  if (sasl.mechanism === 'OAUTHBEARER')
    return { sasl: { mechanism: sasl.mechanism, token: () => readSecret(sasl.tokenFile) } };
  const { mechanism, username, passwordFile } = sasl;
  return { sasl: { mechanism, username, password: () => readSecret(passwordFile) } };
}

async function readSecret(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trim();
}
