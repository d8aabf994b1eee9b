import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/plan/diagnostic.ts';
import { type Loaded, loadFiles } from '../../src/plan/load.ts';
import { readIncluded } from '../../src/plan/read-included.ts';
import { registries } from '../../src/registries.ts';

const FOLDER = join(import.meta.dirname, '../plans/seeds-as-described');
const REWRITE = process.env['UPDATE_EXPECTED'] === '1';

/** What is wrong with each experiment as it was described, in the words that must be said; empty where a cluster alone can tell. */
const REASONS: Record<string, RegExp[]> = {
  'a00-everything-in-one-file': [/several in one file would strike at once/],
  'a01-network-partition': [/AIBrix's gateway pods do not carry this label/],
  'a02-packet-loss': [/answers to the probes of the kubelet too/],
  'a03-network-delay': [/answers to the probes of the kubelet too/],
  'a04-bandwidth-limit': [/tc counts mbps in bytes: this is 8mbit/, /answers to the probes of the kubelet too/],
  'a05-pod-kill': [/strikes once and has no duration/, /pod-kill strikes once: a duration has no effect/],
  'a06-pod-failure': [/the number of pods is rounded up, and no PodDisruptionBudget holds it back/],
  'a07-cpu-stress': [],
  'a08-memory-stress': [/whether each worker takes as much/],
  'a09-io-stress': [/this must be a mount of the container/],
  'a10-port-block': [
    /0\.0\.0\.0 is taken for one address/,
    /leaves with that port as its source[\s\S]*direction: from/,
  ],
  'a11-connection-corruption': [/answers to the probes of the kubelet too/],
  'a12-time-skew': [],
  'a13-api-delay': [/there is no such method, and Chaos Mesh refuses it/],
  'b01-pod-kill': [/`scheduler` is of Chaos Mesh 1\.x/],
  'b02-pod-failure': [/the number of pods is rounded up, and no PodDisruptionBudget holds it back/],
  'b03-container-kill': [/container-kill is a plain kill and no OOM kill/, /a duration has no effect/],
  'b04-delay': [/namespace temporal[\s\S]*another cluster, no selector finds them/, /without jitter there is nothing/],
  'b05-loss': [/namespace kafka[\s\S]*another cluster, no selector finds them/, /not only brokers carry this label/],
  'b06-partition': [/namespace temporal[\s\S]*another cluster, no selector finds them/],
  'b07-bandwidth': [/bandwidth with direction both needs a target/, /could not hold one packet/, /this is 8mbit/],
  'b08-dns-failure': [/a read-only root file system/],
  'b09-cpu-stress': [],
  'b10-memory-stress': [/whether each worker takes as much/],
  'b11-combined-stress': [/whether each worker takes as much/],
  'b12-workflow': [
    /a template of type Suspend has no field of its own for how long/,
    /a pause needs a deadline/,
    /inside a Workflow a fault has no duration/,
    /delay with direction both needs a target/,
  ],
  'b13-weekly-schedule': [
    /Chaos Mesh would take this Schedule without looking at its Workflow/,
    /inside a Workflow a fault has no duration/,
    /without this Chaos Mesh deletes a finished run at once/,
  ],
};

/** Mistakes of these that no manifest shows: `check --cluster` looks for them. */
const ONLY_A_CLUSTER_TELLS: Record<string, string> = {
  'a01-network-partition': 'which labels the pods of another installation carry',
  'a09-io-stress': 'whether the path is a mount',
  'b03-container-kill': 'that the container is called worker',
  'b06-partition': 'that Temporal runs in another cluster, where the plan allows its namespace',
  'b08-dns-failure': 'whether the root file system is read-only',
};

function check(name: string): Loaded {
  const file = { file: `${name}.yaml`, text: readFileSync(join(FOLDER, `${name}.yaml`), 'utf8'), fromDirectory: false };
  const read = (path: string) => readIncluded(resolve(FOLDER, path));
  return loadFiles([file], registries, {}, { read });
}

function textOf({ diagnostics }: Loaded): string {
  return diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic)}\n`).join('');
}

describe('an experiment as it was described', () => {
  it.each(Object.entries(REASONS))('%s is caught for its own reasons', (name, reasons) => {
    const text = textOf(check(name));

    for (const reason of reasons) expect(text).toMatch(reason);
    expect(text === '', 'says something just where something is wrong').toBe(reasons.length === 0);
  });

  it.each(Object.keys(REASONS))('%s is told of at the places that are wrong', (name) => {
    const expected = join(FOLDER, `${name}.txt`);
    const text = textOf(check(name));
    if (REWRITE) writeFileSync(expected, text);

    expect(text, 'UPDATE_EXPECTED=1 rewrites the expectation').toBe(
      existsSync(expected) ? readFileSync(expected, 'utf8') : '(no expectation is written yet)',
    );
  });

  it('is in the table, with what is left to the cluster', () => {
    const plans = readdirSync(FOLDER).filter((file) => /^[ab]\d\d-[a-z-]+\.yaml$/.test(file));

    expect(plans.map((file) => file.replace('.yaml', '')).toSorted()).toEqual(Object.keys(REASONS));
    expect(Object.keys(ONLY_A_CLUSTER_TELLS).filter((name) => !(name in REASONS))).toEqual([]);
  });
});
