import type { Inspection } from '../../contract.ts';
import { isFields, namespacesOf } from '../manifest.ts';
import type { PodView } from '../pod.ts';
import { type Candidates, nameTargets, podId, queryFor } from '../targets.ts';
import { fine, problem, warning } from './found.ts';
import type { Subject } from './subject.ts';

const NAMED_LIMIT = 5;

/** Which pods are meant, whether they are as many as the plan allows, and whether the fault can act on them at all. */
export function checkSelection(subject: Subject): Inspection[] {
  const { selected, limits } = subject;
  const targets = nameTargets(selected);
  const count = `${targets.length} ${targets.length === 1 ? 'target' : 'targets'}`;
  const counted =
    targets.length > limits.maxTargets
      ? problem(`${count}, but limits.maxTargets is ${limits.maxTargets}: ${listed(targets)}`)
      : fine(`${count} of at most ${limits.maxTargets}: ${listed(targets)}`);
  return [
    ...(targets.length > 0 ? [counted] : []),
    ...selected.flatMap((candidates) => [...checkFound(candidates), ...checkPods(candidates)]),
    ...checkSelf(subject),
  ];
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMED_LIMIT;
  return more > 0 ? `${names.slice(0, NAMED_LIMIT).join(', ')} and ${more} more` : names.join(', ');
}

function checkFound({ selector, pods, fault }: Candidates): Inspection[] {
  if (pods.length === 0)
    return namespacesOf(selector.selector).map((namespace) => {
      const { labelSelector } = queryFor(selector.selector);
      const query = labelSelector === undefined ? '' : ` -l '${labelSelector}'`;
      const which = selector.key === '.Target' ? `the target of the ${fault.kind}` : `the ${fault.kind}`;
      return problem(
        `${which} matches no pod in ${namespace}: with one empty selector nothing at all is injected`,
        `kubectl get pods -n ${namespace} --show-labels${query}`,
      );
    });
  const asleep = pods.filter(({ phase, leaving }) => phase !== 'Running' || leaving);
  return asleep.slice(0, NAMED_LIMIT).map((pod) => {
    const how = pod.leaving ? 'being deleted' : pod.phase;
    return problem(`pod ${podId(pod)} is ${how}`, `kubectl describe pod -n ${pod.namespace} ${pod.name}`);
  });
}

function checkPods({ fault, selector, pods }: Candidates): Inspection[] {
  const found = pods.flatMap((pod) => obstaclesIn(pod, fault.kind, fault.spec));
  const obstacles = found.slice(0, NAMED_LIMIT);
  return [...obstacles.map((text) => problem(text)), ...unknownContainers(selector.containerNames, pods)];
}

/** Why this kind of fault cannot be brought about in a pod, although Chaos Mesh would accept it. */
function obstaclesIn(pod: PodView, kind: string, spec: Readonly<Record<string, unknown>>): string[] {
  const where = `pod ${podId(pod)}`;
  if (kind === 'NetworkChaos' && pod.hostNetwork)
    return [`${where} uses its node's network: Chaos Mesh refuses network faults there`];
  const containers = containersMeant(pod, spec['containerNames']);
  if (kind === 'DNSChaos')
    return containers
      .filter(({ readOnlyRoot }) => readOnlyRoot)
      .map(
        ({ name }) =>
          `${where}: container ${name} has a read-only root file system, so its resolv.conf cannot be changed`,
      );
  const { volumePath } = spec;
  if (kind !== 'IOChaos' || typeof volumePath !== 'string') return [];
  return containers
    .filter(({ mountPaths }) => !mountPaths.map(withoutSlash).includes(withoutSlash(volumePath)))
    .map(({ name, mountPaths }) => {
      const there = mountPaths.join(', ') || 'none';
      return `${where}: ${volumePath} is no mount of container ${name} (there are: ${there}), and such a fault cannot be removed again`;
    });
}

function withoutSlash(path: string): string {
  return path.replace(/(.)\/+$/, '$1');
}

function containersMeant(pod: PodView, names: unknown): PodView['containers'] {
  if (!Array.isArray(names) || names.length === 0) return pod.containers.slice(0, 1);
  return pod.containers.filter(({ name }) => names.includes(name));
}

function unknownContainers(names: readonly string[], pods: readonly PodView[]): Inspection[] {
  const lacking = names.flatMap((name) => {
    const pod = pods.find(({ containers }) => !containers.some((one) => one.name === name));
    return pod ? [{ name, pod }] : [];
  });
  return lacking.map(({ name, pod }) => {
    const there = pod.containers.map((one) => one.name).join(', ');
    return problem(`pod ${podId(pod)} has no container ${name}; it has: ${there}`);
  });
}

/** A run that strikes itself can neither measure nor remove anything. */
function checkSelf({ self, pods, selected }: Subject): Inspection[] {
  if (!self) return [];
  const own = pods.find(({ namespace, name }) => namespace === self.namespace && name === self.pod);
  if (own) return [problem(`this very pod is among the targets: ${podId(own)}`)];
  if (self.unsure !== undefined)
    return [warning(`whether this very pod is among the targets is not known: ${self.unsure}`)];
  const stress = selected.some(({ fault }) => fault.kind === 'StressChaos' && isFields(fault.spec['stressors']));
  const beside = pods.find(({ node }) => node !== undefined && node === self.node);
  if (!stress || !beside) return [];
  return [
    warning(
      `pod ${podId(beside)} is on the node on which this run measures: the stress may slow the measuring as well`,
    ),
  ];
}
