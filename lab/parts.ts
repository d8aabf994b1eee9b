/** The one table of everything the lab needs that npm does not bring, with pinned versions. */
import { clusterParts } from './cluster/parts.ts';
import type { OnPath, Part, PartName } from './part.ts';

const prometheusStyle = (programs: readonly string[], atLeast: string, below: string): OnPath => ({
  programs,
  versionArguments: ['--version'],
  versionPattern: /version (\d+\.\d+\.\d+)/,
  atLeast,
  below,
});

export const parts: Record<PartName, Part> = {
  ...clusterParts,
  prometheus: {
    name: 'prometheus',
    version: '2.42.0',
    onPath: prometheusStyle(['prometheus'], '2.40', '4'),
    recipe: { kind: 'debian-file', package: 'prometheus', program: 'usr/bin/prometheus' },
    builtWith: [],
    advice: 'put a Prometheus from 2.40 on PATH',
  },
  alertmanager: {
    name: 'alertmanager',
    version: '0.28.1',
    onPath: prometheusStyle(['prometheus-alertmanager', 'alertmanager'], '0.23', '1'),
    // Debian's program reads its templates from a fixed place in the system: unpacked elsewhere it does not start.
    recipe: { kind: 'go', module: 'github.com/prometheus/alertmanager', program: 'cmd/alertmanager' },
    builtWith: ['go'],
    advice: 'install prometheus-alertmanager, or Go to build it',
  },
  pushgateway: {
    name: 'pushgateway',
    version: '1.5.1',
    onPath: prometheusStyle(['prometheus-pushgateway', 'pushgateway'], '1.4', '2'),
    recipe: { kind: 'debian-file', package: 'prometheus-pushgateway', program: 'usr/bin/prometheus-pushgateway' },
    builtWith: [],
    advice: 'put a Pushgateway from 1.4 on PATH',
  },
  toxiproxy: {
    name: 'toxiproxy',
    version: '2.5.0',
    onPath: {
      programs: ['toxiproxy-server'],
      versionArguments: ['--version'],
      versionPattern: /version (\d+\.\d+\.\d+)/,
      atLeast: '2.5',
      below: '3',
    },
    recipe: { kind: 'go', module: 'github.com/Shopify/toxiproxy/v2', program: 'cmd/server' },
    builtWith: ['go'],
    advice: 'put toxiproxy-server from 2.5 on PATH, or Go to build it',
  },
  temporal: {
    name: 'temporal',
    version: '1.5.1',
    onPath: {
      programs: ['temporal'],
      versionArguments: ['--version'],
      versionPattern: /version (\d+\.\d+\.\d+)/,
      atLeast: '1.1',
      below: '2',
    },
    recipe: { kind: 'go', module: 'github.com/temporalio/cli', program: 'cmd/temporal' },
    builtWith: ['go'],
    advice: 'put the temporal CLI from 1.1 on PATH, or Go to build it',
  },
  kafka: {
    name: 'kafka',
    version: '4.1.0',
    recipe: {
      kind: 'maven',
      artifacts: [
        'org.apache.kafka:kafka_2.13:4.1.0',
        'org.apache.kafka:kafka-tools:4.1.0',
        'org.slf4j:slf4j-simple:1.7.36',
      ],
    },
    builtWith: ['maven'],
    advice: 'install Maven and a Java from 17 to fetch it',
  },
  java: {
    name: 'java',
    version: '17',
    onPath: {
      programs: ['java'],
      versionArguments: ['-version'],
      versionPattern: /version "(\d+(?:\.\d+)*)/,
      atLeast: '17',
      below: '26',
    },
    recipe: { kind: 'debian-install', package: 'openjdk-17-jre-headless' },
    builtWith: [],
    advice: 'put a Java from 17 on PATH',
  },
  maven: {
    name: 'maven',
    version: '3.8',
    onPath: {
      programs: ['mvn'],
      versionArguments: ['--version'],
      versionPattern: /Apache Maven (\d+\.\d+\.\d+)/,
      atLeast: '3.6',
      below: '5',
    },
    recipe: { kind: 'debian-install', package: 'maven' },
    builtWith: [],
    advice: 'put Maven from 3.6 on PATH',
  },
  go: {
    name: 'go',
    version: '1.25',
    onPath: {
      programs: ['go'],
      versionArguments: ['version'],
      versionPattern: /go(\d+\.\d+(?:\.\d+)?)/,
      atLeast: '1.25',
      below: '2',
    },
    builtWith: [],
    advice: 'put a Go from 1.25 on PATH',
  },
  'c-compiler': {
    name: 'c-compiler',
    version: '12',
    onPath: {
      programs: ['cc', 'gcc'],
      versionArguments: ['--version'],
      versionPattern: /^[^\n]*?(\d+\.\d+\.\d+)/,
      atLeast: '9',
      below: '30',
    },
    recipe: { kind: 'debian-install', package: 'build-essential' },
    builtWith: [],
    advice: 'put a C compiler on PATH as cc',
  },
  openssl: {
    name: 'openssl',
    version: '3.0',
    onPath: {
      programs: ['openssl'],
      versionArguments: ['version'],
      versionPattern: /OpenSSL (\d+\.\d+\.\d+)/,
      atLeast: '1.1.1',
      below: '5',
    },
    recipe: { kind: 'debian-install', package: 'openssl' },
    builtWith: [],
    advice: 'put openssl on PATH',
  },
};
