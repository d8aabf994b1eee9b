import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { manifest, said } from './manifests.ts';

describe('PodChaos', () => {
  check({
    'kills containers by their names': [
      'containerKill',
      { 'spec.containerNames': undefined },
      [/^error spec\.containerNames: container-kill needs the names of containers/],
    ],
    'that kills a container is no OOM kill': [
      'containerKill',
      { 'metadata.name': 'oomkill-simulation' },
      [/^warning spec\.action: container-kill is a plain kill and no OOM kill/],
    ],
    'that kills a pod gives it no time to shut down, unless asked': [
      'kill',
      { 'spec.gracePeriod': undefined },
      [/^warning spec\.gracePeriod: without this the pod is killed at once/],
    ],
    'looks at a grace only where it kills a pod': [
      'failure',
      { 'spec.gracePeriod': 30, 'spec.containerNames': ['worker'] },
      [
        /^warning spec\.containerNames: pod-failure strikes the whole pod/,
        /^warning spec\.gracePeriod: pod-failure does not/,
      ],
    ],
  });
});

describe('NetworkChaos', () => {
  check({
    'shapes traffic of one direction only, unless it has a target': [
      'bandwidth',
      { 'spec.direction': 'both', 'spec.target': undefined },
      [
        /^error spec\.direction: bandwidth with direction both needs a target/,
        /^warning spec\.action: without a target all/,
      ],
    ],
    'shapes what goes to far addresses, and not what comes from there': [
      'delay',
      { 'spec.direction': 'from', 'spec.externalTargets': ['10.0.0.1'] },
      [/^error spec\.direction: delay with direction from cannot have externalTargets/],
    ],
    'without a target hits the kubelet too': [
      'loss',
      { 'spec.target': undefined },
      [
        /^warning spec\.action: without a target all that the pods send is hit by loss, answers to the probes of the kubelet too/,
      ],
    ],
    'says how much': ['delay', { 'spec.delay': undefined }, [/^error spec\.delay: delay does not say how much/]],
    'of action netem says what': [
      'delay',
      { 'spec.action': 'netem', 'spec.delay': undefined },
      [/^error spec\.action: netem does not say how much \(delay, loss, duplicate, corrupt or rate\)/],
    ],
    'has delays of one number and one unit': [
      'delay',
      { 'spec.delay.latency': '1m30s', 'spec.delay.jitter': '50' },
      [
        /^error spec\.delay\.latency: expected one number and one unit/,
        /^error spec\.delay\.jitter: expected one number/,
      ],
    ],
    'correlates jitter, where there is one': [
      'delay',
      { 'spec.delay.jitter': undefined },
      [/^warning spec\.delay\.correlation: without jitter there is nothing/],
    ],
    delays: ['delay', { 'spec.delay': { latency: '0ms' } }, [/^error spec\.delay\.latency: a delay of nothing/]],
    'loses a number of percent': [
      'loss',
      { 'spec.loss.loss': '50%', 'spec.loss.correlation': '125' },
      [
        /^error spec\.loss\.loss: .*-> leave out the sign: "50"$/,
        /^error spec\.loss\.correlation: .*\("0" to "100"\)$/,
      ],
    ],
    'loses something': [
      'loss',
      { 'spec.loss.loss': '0' },
      [/^error spec\.loss\.loss: without this nothing is hit by loss/],
    ],
    'does all that it names': [
      'delay',
      { 'spec.loss': { loss: '1' }, 'spec.bandwidth': { rate: '1mbit', limit: 20_000, buffer: 10_000 } },
      [
        /^warning spec\.loss: this acts too, though the action is delay/,
        /^warning spec\.bandwidth: delay does not look at this/,
      ],
    ],
    'that cuts does nothing else': [
      'partition',
      { 'spec.loss': { loss: '1' } },
      [/^warning spec\.loss: partition does not look/],
    ],
    'counts mbps in bytes': [
      'bandwidth',
      { 'spec.bandwidth.rate': '1mbps' },
      [
        /^warning spec\.bandwidth\.rate: tc counts mbps in bytes: this is 8mbit \[1mbps\] -> 1mbit, or 8mbit if bytes are meant$/,
      ],
    ],
    'has rates with known units': [
      'bandwidth',
      { 'spec.bandwidth.rate': '1Mb/s' },
      [/^error spec\.bandwidth\.rate: this is no bandwidth \["1Mb\/s"\]/],
    ],
    'has a rate above 0': [
      'bandwidth',
      { 'spec.bandwidth.rate': '0mbit' },
      [/^error spec\.bandwidth\.rate: the kernel knows no bandwidth of nothing/],
    ],
    'counts mbps in bytes in a netem rate too': [
      'delay',
      { 'spec.action': 'netem', 'spec.rate': { rate: '1mbps' } },
      [/^warning spec\.rate\.rate: tc counts mbps in bytes/],
    ],
    'of no known action gets one answer': [
      'delay',
      { 'spec.action': 'Delay' },
      [/^error spec\.action: this is not one of the known words \["Delay"\]/],
    ],
    'has a queue that holds a packet': [
      'bandwidth',
      { 'spec.bandwidth.limit': 100 },
      [/^error spec\.bandwidth\.limit: .*could not hold one packet: nearly all would be dropped \[100 bytes\]/],
    ],
    'has a bucket that holds a packet': [
      'bandwidth',
      { 'spec.bandwidth.buffer': 1000 },
      [/^error spec\.bandwidth\.buffer: .*smaller than a packet/],
    ],
    'has a bucket that lets its rate pass': [
      'bandwidth',
      { 'spec.bandwidth.rate': '100mbit' },
      [/^warning spec\.bandwidth\.buffer: .*\(at least 50000:/],
    ],
    'says how wide': [
      'bandwidth',
      { 'spec.bandwidth': undefined },
      [/^error spec\.bandwidth: the action bandwidth does not say/],
    ],
  });
});

describe('external targets', () => {
  const everywhere = 'two halves: "0\\.0\\.0\\.0/1:5557" and "128\\.0\\.0\\.0/1:5557"';
  const cases: Record<string, [target: string, expected: RegExp]> = {
    'are no packets to 0.0.0.0': [
      '0.0.0.0:5557',
      new RegExp(`0: 0\\.0\\.0\\.0 is taken for one address.*${everywhere}$`),
    ],
    'have no prefix of 0': [
      '0.0.0.0/0:5557',
      new RegExp(`0: the kernel refuses a set with the prefix 0.*${everywhere}$`),
    ],
    'know no IPv6': ['[2001:db8::1]:7233', /0: Chaos Mesh knows IPv4 only/],
    'know no IPv6, in whatever form': ['2001:db8::/32', /0: Chaos Mesh knows IPv4 only/],
    'have ports': ['10.0.0.1:70000', /0: this is no port/],
    'are networks': ['10.0.0.0/33', /0: this is no network/],
    'are addresses': ['10.0.0.256', /0: this is no address/],
    'are names': ['temporal frontend:7233', /0: this is no address/],
  };
  for (const [sentence, [target, expected]] of Object.entries(cases))
    it(sentence, () => {
      expect(said(manifest('ports', { 'spec.externalTargets': [target] }))).toEqual([expect.stringMatching(expected)]);
    });

  it.each([
    '10.1.2.3',
    '10.1.2.3:7233',
    '10.0.0.0/8:9092',
    'temporal-frontend.temporal.svc.cluster.local:7233',
    'kafka',
  ])('may be %s', (target) => {
    expect(said(manifest('ports', { 'spec.externalTargets': [target], 'spec.direction': 'to' }))).toEqual([]);
  });

  it('of everywhere with a port do not hit what the pods serve, unless the direction says so', () => {
    const lines = said(manifest('ports', { 'spec.direction': undefined }));

    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^warning spec\.externalTargets\.0: only what the pods send to port 5557 elsewhere.*-> direction: from/,
    );
  });
});

describe('StressChaos', () => {
  check({
    'names a stressor': ['cpu', { 'spec.stressors': {} }, [/^error spec\.stressors: no stressor is named/]],
    loads: ['cpu', { 'spec.stressors.cpu.load': 0 }, [/^error .*load: a load of nothing/]],
    'has workers': ['cpu', { 'spec.stressors.cpu.workers': 0 }, [/^error .*workers: expected a whole number/]],
    'looks at its own or at the words of stress-ng': [
      'cpu',
      { 'spec.stressngStressors': '--cpu 1' },
      [
        /^warning spec\.stressors: stressngStressors is used/,
        /^warning spec: nothing shows from outside whether what stressngStressors asks for is at work/,
      ],
    ],
    'takes some memory': [
      'memory',
      { 'spec.stressors.memory.size': undefined },
      [/^error .*size: without a size all memory of the node/],
    ],
    'takes an amount of memory': [
      'memory',
      { 'spec.stressors.memory.size': '120%' },
      [/^error .*size: this is no amount/],
    ],
    'takes percentages of the node': [
      'memory',
      { 'spec.stressors.memory.size': '50%' },
      [/^warning .*size: a percentage is of the node's memory/],
    ],
    'takes an amount as Chaos Mesh writes it, and not as Kubernetes does': [
      'memory',
      { 'spec.stressors.memory.size': '512Mi' },
      [/^error .*size: this is no amount.* -> 512MB: Chaos Mesh refuses the way Kubernetes writes it$/],
    ],
    'takes a part of a unit': ['memory', { 'spec.stressors.memory.size': '.5GB' }, []],
    'takes more than nothing': [
      'memory',
      { 'spec.stressors.memory.size': '0MB' },
      [/^error .*size: of no memory nothing is taken/],
    ],
    'takes more than nothing of the node': [
      'memory',
      { 'spec.stressors.memory.size': '0%' },
      [/^error .*size: of no memory nothing is taken/],
    ],
    'counts mebibytes as megabytes': [
      'memory',
      { 'spec.stressors.memory.size': '512MiB' },
      [/^warning .*size: MiB is read like MB, a million bytes \["512MiB"\] -> 512MB$/],
    ],
    'of several workers takes one size or several': [
      'memory',
      { 'spec.stressors.memory.workers': 2 },
      [/^warning .*size: whether each worker takes as much.*\[512MB with 2 workers\] -> workers: 1/],
    ],
  });
});
