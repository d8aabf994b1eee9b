import type { Evidence } from '../../../slo/model/entry.ts';
import type { PodView } from '../pod.ts';
import { type Carried, type Carrier, readCarried } from './carried.ts';
import type { Aftermath, MechanismProof, ProofSetting } from './contract.ts';
import { stillThere } from './living.ts';
import { keyOfPod, mechanism, note, podsOf } from './pieces.ts';
import { followStruck } from './struck.ts';

/** Faults that can only be followed in Chaos Mesh's own object for the pod: what the daemon confirmed to have set. */
export function openRecordedProof(setting: ProofSetting, carrier: Carrier): MechanismProof {
  const struckPods = followStruck(setting);
  const readAll = (pods: readonly PodView[], signal: AbortSignal) => {
    // Only now: whoever makes the object may choose its name late.
    const source = `${setting.object.namespace}/${setting.object.name}`;
    const read = async (pod: PodView) => ({ pod, is: await readCarried(setting.kube, carrier, pod, source, signal) });
    return Promise.all(pods.map(read));
  };
  return {
    async before() {},
    async during(struck, signal) {
      const pods = podsOf(await struckPods.of(struck, signal));
      return (await readAll(pods, signal)).map(({ pod, is }) => inPlace(pod, is, carrier));
    },
    async after(signal): Promise<Aftermath> {
      const touched = await struckPods.last(signal);
      const living = touched.ok ? await stillThere(setting.kube, podsOf(touched.candidates), signal) : touched;
      if (!living.ok) return { state: 'stays', text: `what is left in the pods cannot be seen: ${living.message}` };
      const stays = (await readAll(living.pods, signal)).flatMap(({ pod, is }) => remainsIn(pod, is));
      if (stays.length > 0) return { state: 'stays', text: stays.slice(0, 3).join('; ') };
      return { state: 'cleared', evidence: [note(`the daemon took the fault out of every pod, says ${carrier}`)] };
    },
    close() {},
  };
}

function inPlace(pod: PodView, is: Carried, carrier: Carrier): Evidence {
  const where = keyOfPod(pod);
  if (is.state === 'unseen') return note(is.message);
  if (is.state === 'failed') return mechanism(false, `${where}: the fault could not be set: ${is.message}`);
  if (is.state === 'done' && is.carried)
    return mechanism(true, `${where}: set by the daemon, says ${carrier}; its effect was not measured`);
  return mechanism(false, `${where}: ${carrier} does not show the fault as set`);
}

function remainsIn(pod: PodView, is: Carried): string[] {
  const remedy = `be rid of it by: kubectl delete pod -n ${pod.namespace} ${pod.name}`;
  if (is.state === 'unseen') return [`${is.message}; ${remedy}`];
  if (is.state === 'failed') return [`${keyOfPod(pod)}: the fault could not be taken out: ${is.message}; ${remedy}`];
  return is.carried || is.state === 'pending' ? [`${keyOfPod(pod)}: the fault is still set; ${remedy}`] : [];
}
