import type { KubeRef } from '../../clients/kubernetes/client.ts';
import { type TroubleEvents, tellEvents } from './events.ts';
import { type Progress, progressOf } from './injection.ts';
import { selectorsOf } from './manifest.ts';
import { type Observation, observe } from './observation.ts';
import { inPlainWords } from './plain-words.ts';
import { type PodWatch, watchPods } from './pod-watch.ts';
import type { MechanismProof } from './proof/contract.ts';
import { type ChaosStatus, lastFailure, readStatus } from './records.ts';
import type { StrikeSetting } from './strike.ts';

/** What is open while a fault of ours is there. */
export interface SingleParts {
  proof: MechanismProof;
  pods: PodWatch;
  events: TroubleEvents;
  observation: Observation;
  close(): Promise<void>;
}

/** Opens it all before the object is made, so that nothing is missed. `changed` is called on each change of the object. */
export async function openSingleParts(
  setting: StrikeSetting,
  ref: KubeRef,
  changed: () => void,
  signal: AbortSignal,
): Promise<SingleParts> {
  const { kube, context, prepared } = setting;
  const [fault] = prepared.faults;
  if (!fault) throw new Error(`${prepared.object.kind} is no fault that can be followed`);
  const candidates = prepared.candidates.get(fault.name) ?? [];
  const object = { namespace: ref.namespace!, name: ref.name };
  const proof = await setting.openProof({ fault, object, candidates, kube, wallClock: Date.now, sleep: context.sleep });
  const pods = watchPods({
    kube,
    namespaces: prepared.namespaces,
    faults: [fault],
    selects: (pod) => matchesLabels(pod.labels, setting),
    context,
  });
  const events = tellEvents(kube, ref.namespace!, (name) => name === ref.name, context);
  const trouble = ({ message }: { message: string }) =>
    context.log.warn({ name: ref.name, trouble: message }, 'following the fault');
  const observation = observe(kube, ref, { trouble, changed });
  await proof.before(signal);
  const close = async () => {
    proof.close();
    await Promise.all([pods.close(), events.close(), observation.close()]);
  };
  return { proof, pods, events, observation, close };
}

/** The status once every target was hit. Rejects with why that does not come about. */
export async function awaitInjection(
  { observation, events }: SingleParts,
  now: () => number,
  bounded: AbortSignal,
  signal: AbortSignal,
): Promise<ChaosStatus> {
  const progress: Progress = {};
  const look = () => progressOf(observation, events.last(), progress, now());
  try {
    return await observation.until(look, bounded);
  } catch (error) {
    if (signal.aborted || !isTimeout(error)) throw error;
    const failure = lastFailure(readStatus(observation.latest() ?? { metadata: {} })) ?? events.last();
    throw new Error(
      failure ? inPlainWords(failure) : 'Chaos Mesh did not inject the fault in time, and does not say why',
    );
  }
}

function matchesLabels(labels: Readonly<Record<string, string>>, { prepared }: StrikeSetting): boolean {
  const selectors = prepared.faults.flatMap((fault) => selectorsOf(fault, prepared.namespace));
  return selectors.some(({ selector }) => {
    const wanted = Object.entries(selector.labelSelectors);
    return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
  });
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}
