import type { Inspection } from '../../contract.ts';
import { nodesOf } from '../proof/pieces.ts';
import { shapingOf } from '../proof/shaping.ts';
import { warning } from './found.ts';
import type { Subject } from './subject.ts';

const SHAPED_BY_NETEM = new Set(['delay', 'loss', 'duplicate', 'corrupt', 'netem', 'rate', 'reorder']);

/** A kernel's modules cannot be asked for over the API. */
export function checkKernels({ selected, pods }: Subject): Inspection[] {
  const modules = new Set(
    selected.flatMap(({ fault }) => {
      const shaping = fault.kind === 'NetworkChaos' ? shapingOf(fault) : undefined;
      if (!shaping) return [];
      const netem = SHAPED_BY_NETEM.has(shaping.action) ? ['sch_netem'] : ['sch_tbf'];
      return shaping.filtered ? [...netem, 'sch_prio', 'sch_sfq'] : netem;
    }),
  );
  if (modules.size === 0) return [];
  const list = [...modules].join(', ');
  const nodes = nodesOf(pods);
  const text = `whether the kernel of ${nodes.join(', ')} has ${list} cannot be seen: without, the injection fails and its object must be forced out`;
  return [warning(text, `modprobe -n ${[...modules].join(' && modprobe -n ')}   # on the node`)];
}
