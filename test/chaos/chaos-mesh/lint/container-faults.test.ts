import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { type Loose, manifest, said } from './manifests.ts';

describe('IOChaos', () => {
  check({
    'needs a mount': [
      'io',
      { 'spec.volumePath': '/tmp/' },
      [/^warning spec\.volumePath: this must be a mount of the container/],
    ],
    'needs an absolute path': [
      'io',
      { 'spec.volumePath': 'data' },
      [/^error spec\.volumePath: this must be an absolute path/],
    ],
    delays: ['io', { 'spec.delay': undefined }, [/^error spec\.delay: the action latency does not say how much/]],
    'has a duration as delay': ['io', { 'spec.delay': '100' }, [/^error spec\.delay: this is no duration/]],
    'has a delay above 0': ['io', { 'spec.delay': '0s' }, [/^error spec\.delay: a delay of nothing is no fault/]],
    'has a delay that its daemon reads': [
      'io',
      { 'spec.delay': '1.5s' },
      [/^warning spec\.delay: the daemon reads whole numbers only.* -> 1500ms$/],
    ],
    'names operations that there are, in whatever case': [
      'io',
      { 'spec.methods': ['READ', 'write', 'reed'] },
      [/^error spec\.methods\.2: there is no such operation: it is passed over without a word \["reed"\]/],
    ],
    'hits files of its volume': [
      'io',
      { 'spec.path': '/database/*' },
      [/^error spec\.path: this is not below \/data: nothing would be hit \["\/database\/\*"\] -> \/data\/\*\*\/\*$/],
    ],
    'hits files of its volume by a pattern': ['io', { 'spec.path': '/data/**/*' }, []],
    'hits files by a pattern of the volume itself': ['io', { 'spec.path': '/d*/x' }, []],
    'hits some operations': ['io', { 'spec.percent': 0 }, [/^error spec\.percent: of no operations nothing is hit/]],
    'fails with an error': [
      'io',
      { 'spec.action': 'fault' },
      [/^error spec\.errno: the action fault needs the number of an error/],
    ],
    'overrides something': ['io', { 'spec.action': 'attrOverride' }, [/^error spec\.attr: attrOverride does not say/]],
    'makes a mistake': ['io', { 'spec.action': 'mistake' }, [/^error spec\.mistake: mistake does not say which/]],
  });
});

describe('TimeChaos', () => {
  check({
    'has an offset': ['time', { 'spec.timeOffset': '30' }, [/^error spec\.timeOffset: this is no duration/]],
    'moves a clock that can be read, or the plan has its own proof': [
      'time',
      { 'spec.clockIds': ['CLOCK_MONOTONIC'] },
      [/^warning spec: nothing shows from outside whether clocks other than CLOCK_REALTIME are shifted.*`expect`/],
    ],
    'moves the clock': ['time', { 'spec.timeOffset': '0s' }, [/^error spec\.timeOffset: an offset of nothing/]],
    'knows the clocks': [
      'time',
      { 'spec.clockIds': ['REALTIME'] },
      [/^error spec\.clockIds\.0: there is no such clock/],
    ],
  });
});

describe('HTTPChaos', () => {
  check({
    'knows no method ALL': [
      'http',
      { 'spec.method': 'ALL' },
      [/^error spec\.method: .*\["ALL"\] .*-> leave out "method"/],
    ],
    'needs a port': [
      'http',
      { 'spec.port': undefined },
      [/^error spec\.port: the port on which the pods serve is needed/],
    ],
    'of responses knows the method, though Chaos Mesh would not': [
      'http',
      { 'spec.target': 'Response', 'spec.method': 'ALL' },
      [/^error spec\.method: there is no such method, so that nothing would be hit/],
    ],
    'needs a port above 0': ['http', { 'spec.port': 0 }, [/^error spec\.port/]],
    'does something': ['http', { 'spec.delay': undefined }, [/^error spec: this does nothing to the calls/]],
    'has a duration as delay': ['http', { 'spec.delay': '2' }, [/^error spec\.delay: this is no duration/]],
    'has a delay above 0': ['http', { 'spec.delay': '-2s' }, [/^error spec\.delay: a delay of nothing is no fault/]],
    'finds codes in responses': ['http', { 'spec.code': 500 }, [/^error spec\.code: a request has none yet/]],
  });
});

describe('DNSChaos', () => {
  const dns = (patterns: string[]): Loose => ({
    ...manifest('kill'),
    kind: 'DNSChaos',
    spec: { action: 'error', mode: 'all', patterns, selector: { namespaces: ['shop'], labelSelectors: { app: 'a' } } },
  });

  it('edits a file in the container', () => {
    expect(said(dns(['bytebot.*']))).toEqual([
      expect.stringMatching(/^warning spec\.action: .*a read-only root file system/),
      expect.stringMatching(/^warning spec: nothing shows from outside whether names fail to resolve: .*inconclusive/),
    ]);
  });

  it('needs no proof from outside where the plan has its own', () => {
    expect(said(dns(['bytebot.*']), { expected: true })).toHaveLength(1);
  });

  it('has patterns with a * at their end', () => {
    expect(said(dns(['*.temporal']))[1]).toMatch(/^error spec\.patterns\.0: a \* may stand only at the end/);
  });
});
