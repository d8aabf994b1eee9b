import { judge } from '../../src/slo/judge.ts';
import type { Entry } from '../../src/slo/model/entry.ts';
import type { Objective, Plan } from '../../src/slo/model/plan.ts';
import type { Report } from '../../src/slo/model/report.ts';
import { Recording } from '../../src/slo/recording.ts';
import { parseTimeline } from '../../src/timeline/reader.ts';
import { atLeast, atMost, objective } from '../slo/build.ts';
import { Dice } from './dice.ts';
import type { Invariant } from './invariant.ts';
import type { History } from './simulate.ts';

const CUTS = 6;
const LOSSES = 4;

/** What the judge may say of any run that the conductor drove. */
export const judgeInvariants: readonly Invariant[] = [
  {
    name: 'a timeline cut at any byte before its last never passes',
    check(history) {
      const dice = new Dice(history.seed, 'judge');
      for (let cut = 0; cut < CUTS; cut++) {
        const length = dice.between(0, Math.max(0, history.bytes.length - 1));
        const { verdict } = judgeBytes(history, history.bytes.subarray(0, length));
        if (verdict === 'pass') return `cut after ${length} of ${history.bytes.length} bytes it passes`;
      }
      return undefined;
    },
  },
  {
    name: 'judging twice gives the same bytes',
    check(history) {
      const [once, again] = [judgeBytes(history, history.bytes), judgeBytes(history, history.bytes)];
      return JSON.stringify(once) === JSON.stringify(again) ? undefined : 'the two reports differ';
    },
  },
  {
    name: 'an aborted run never passes, nor one that left a fault behind',
    check(history) {
      const report = judgeBytes(history, history.bytes);
      const unclean = history.result.aborted !== undefined || history.result.leftBehind.length > 0;
      return unclean && report.verdict === 'pass' ? 'it passes' : undefined;
    },
  },
  {
    name: 'losing a sample never makes a verdict pass that did not',
    check(history) {
      const dice = new Dice(history.seed, 'judge');
      const before = verdicts(judgeBytes(history, history.bytes));
      for (let loss = 0; loss < LOSSES; loss++) {
        const share = dice.between(1, 50) / 100;
        const kept = history.entries.filter((entry) => entry.type !== 'sample' || dice.between(1, 100) > share * 100);
        const after = verdicts(judge(judgedPlan(history), Recording.of(kept as Entry[])));
        const gained = [...after].find(([name, verdict]) => verdict === 'pass' && before.get(name) !== 'pass');
        if (gained) return `with some samples lost ${gained[0]} passes, and it was ${before.get(gained[0])}`;
      }
      return undefined;
    },
  },
  {
    name: 'a pass has a proven fault behind it',
    check(history) {
      const report = judgeBytes(history, history.bytes);
      const unproven = new Set(
        report.experiments.filter(({ proof }) => proof.state !== 'proven').map(({ experiment }) => experiment),
      );
      const wrong = report.objectives.find(({ verdict, experiment }) => verdict === 'pass' && unproven.has(experiment));
      return wrong && `${wrong.objective} of ${wrong.experiment} passes`;
    },
  },
];

/** The simulated plan with objectives of every kind on each of its probes, lax enough that some worlds pass. */
export function judgedPlan({ plan }: History): Plan {
  return { ...plan, objectives: plan.probes.flatMap(({ name }) => objectivesOn(name)) };
}

function objectivesOn(probe: string): Objective[] {
  return [
    objective(`${probe}-share`, { phase: 'run', indicator: { kind: 'ratio', probe }, bound: atLeast(0.2) }),
    objective(`${probe}-flawless`, { phase: 'fault', indicator: { kind: 'ratio', probe }, bound: atLeast(1) }),
    objective(`${probe}-back`, { indicator: { kind: 'ratio', probe }, bound: atLeast(0.3) }),
    objective(`${probe}-recovers`, {
      indicator: { kind: 'timeToRecover', probe, successThreshold: 1, failureThreshold: 2 },
      bound: atMost(2500),
    }),
    objective(`${probe}-seen`, {
      phase: 'run',
      indicator: { kind: 'total', probe, value: 'seen' },
      bound: atMost(1e9, '1'),
    }),
    objective(`${probe}-calls`, {
      phase: 'run',
      indicator: { kind: 'quantile', probe, value: 'call', q: 0.5 },
      bound: atMost(1e9, '1'),
    }),
  ];
}

export function judgeBytes(history: History, bytes: Uint8Array): Report {
  const recording = new Recording();
  const reading = parseTimeline(bytes, (entry) => recording.add(entry));
  if (reading.cut) recording.problems.push('cut');
  return judge(judgedPlan(history), recording);
}

function verdicts(report: Report): Map<string, string> {
  return new Map(report.objectives.map((result) => [`${result.objective}@${result.experiment}`, result.verdict]));
}
