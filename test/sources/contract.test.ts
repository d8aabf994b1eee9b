import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { sourceTypes } from '../../src/sources/registry.ts';
import { closedPort } from '../loopback/servers.ts';

describe.for([...sourceTypes])('source %s', ([name, type]) => {
  const example = parse(type.example);

  test('its example fits its schema', () => {
    expect(example.type).toBe(name);
    expect(type.config.safeParse(example.config).error).toBeUndefined();
  });

  test('unknown keys are refused', () => {
    expect(type.config.safeParse({ ...example.config, surprise: 1 }).success).toBe(false);
  });

  test('it opens without its server and says that nobody listens', async () => {
    const config = type.config.parse({ url: `http://127.0.0.1:${await closedPort()}` });
    const client = await type.open(config);

    expect(await client.instant('up', new AbortController().signal)).toMatchObject({ ok: false, code: 'unreachable' });
    client.close();
    client.close();
  });
});

test('a certificate needs its key', () => {
  const type = sourceTypes.get('prometheus')!;

  const parsed = type.config.safeParse({ url: 'http://prom', clientCertFile: '/cert.pem' });

  expect(parsed.error?.issues[0]?.message).toBe('clientCertFile and clientKeyFile belong together');
});
