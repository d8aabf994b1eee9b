import { describe, expect, test } from 'vitest';
import type { clusterParts } from '../../lab/cluster/parts.ts';
import { isWithin } from '../../lab/getting/version.ts';
import type { PartName } from '../../lab/part.ts';
import { parts } from '../../lab/parts.ts';

/** First lines of what the real programs print. */
const printed: Record<
  Exclude<PartName, 'kafka' | 'chaos-toolkit' | keyof typeof clusterParts>,
  [output: string, version: string]
> = {
  prometheus: ['prometheus, version 2.42.0+ds (branch: debian/sid, revision: 2.42.0+ds-5+deb12u1)', '2.42.0'],
  alertmanager: ['alertmanager, version 0.25.0 (branch: debian/sid, revision: 0.25.0-1+b4)', '0.25.0'],
  pushgateway: ['pushgateway, version 1.5.1 (branch: debian/sid, revision: 1.5.1-2+b5)', '1.5.1'],
  toxiproxy: ['toxiproxy-server version 2.9.0', '2.9.0'],
  temporal: ['temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)', '1.5.1'],
  'blackbox-exporter': ['blackbox_exporter, version 0.24.0 (branch: debian/sid, revision: 0.24.0-2)', '0.24.0'],
  python: ['Python 3.11.7', '3.11.7'],
  java: ['openjdk version "17.0.15" 2025-04-15', '17.0.15'],
  maven: ['\u001b[1mApache Maven 3.8.7\u001b[m', '3.8.7'],
  'c-compiler': ['cc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022', '12.2.0'],
  openssl: ['OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)', '3.0.19'],
  go: ['go version go1.26.8 linux/amd64', '1.26.8'],
};

describe('each program on PATH is asked for its version in its own words', () => {
  test.each(Object.entries(printed))('%s', (name, [output, version]) => {
    const onPath = parts[name as PartName].onPath!;
    expect(onPath.versionPattern.exec(output)?.[1]).toBe(version);
    expect(isWithin(version, onPath)).toBe(true);
  });
});

describe('the table of parts', () => {
  test.each(Object.values(parts))('$name can be found or got, and says what to do when it cannot', (part) => {
    expect(part.onPath ?? part.recipe).toBeDefined();
    expect(part.advice).not.toBe('');
  });

  test.each(Object.values(parts))('$name is pinned to a version that would be good on PATH', (part) => {
    if (part.onPath !== undefined) expect(isWithin(part.version, part.onPath)).toBe(true);
  });

  test.each(Object.values(parts))('$name names the tool its recipe runs', (part) => {
    const needed = {
      go: ['go'],
      kubernetes: ['go'],
      'chaos-mesh': ['go', 'c-compiler'],
      maven: ['maven'],
      pip: ['python'],
      'debian-file': [],
      'debian-tree': [],
      'debian-install': [],
    };
    if (part.recipe !== undefined) expect(part.builtWith).toEqual(needed[part.recipe.kind]);
  });

  test('what Kafka is made of carries its version', () => {
    const { recipe, version } = parts.kafka;
    expect(recipe).toMatchObject({
      kind: 'maven',
      artifacts: expect.arrayContaining([`org.apache.kafka:kafka-tools:${version}`]),
    });
  });
});
