import { nameTargets } from '../targets.ts';
import { type Checked, checkAll } from './checks.ts';
import type { CheckContext, CheckedExperiment, Preflight } from './contract.ts';

/** Everything that must hold before a fault is injected. A problem refuses it; a warning goes into the report. */
export async function preflight(
  experiment: CheckedExperiment,
  context: CheckContext,
  signal: AbortSignal,
): Promise<Preflight> {
  const checked = await checkAll(experiment, context, signal);
  const lines = [...checked.cluster, ...checked.own];
  return {
    preparation: {
      targets: nameTargets(checked.subject.selected),
      problems: lines.filter(({ state }) => state === 'problem').map(({ text }) => text),
      facts: lines.filter(({ state }) => state !== 'problem').map(({ text }) => ({ of: 'note', text })),
    },
    faults: candidatesByFault(checked),
  };
}

function candidatesByFault({ subject }: Checked): Preflight['faults'] {
  const byFault = Map.groupBy(subject.selected, ({ fault }) => fault.name);
  return [...byFault].map(([fault, selections]) => ({
    fault,
    candidates: selections.flatMap(({ selector, pods }) => pods.map((pod) => ({ key: selector.key, pod }))),
  }));
}
