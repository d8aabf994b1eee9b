import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { REPOSITORY } from '../repository/planted-tree.ts';

export const EXPERIMENTS = join(REPOSITORY, 'deploy/chaos');

/** One row: its object and its plan, as they are shipped. */
export interface ShippedExperiment {
  /** `A1` ... `B13`. */
  row: string;
  /** `a1-network-partition`. */
  name: string;
  plan: string;
  manifest: string;
}

/** What lies in deploy/chaos, by row. */
export function shippedExperiments(): ShippedExperiment[] {
  const plans = globSync('*/*.yaml', { cwd: EXPERIMENTS }).filter((path) => !path.endsWith('.chaos.yaml'));
  return plans
    .map((path) => {
      const name = basename(path, '.yaml');
      const [row = ''] = name.split('-');
      const plan = join(EXPERIMENTS, path);
      return { row: row.toUpperCase(), name, plan, manifest: plan.replace(/\.yaml$/, '.chaos.yaml') };
    })
    .sort((one, other) => orderOf(one.row) - orderOf(other.row));
}

/** A text with each variable replaced by its default. */
export function withDefaults(text: string): string {
  return text.replace(/\$\{\w+:-([^}]*)\}/g, '$1');
}

/** Each variable that a text names, with its default (`undefined` where it has none). */
export function variablesIn(text: string): { name: string; fallback: string | undefined }[] {
  return [...text.matchAll(/\$\{(\w+)(?::-([^}]*))?\}/g)].map(([, name, fallback]) => ({ name: name!, fallback }));
}

/** The rows of the table between two marks of docs/experiments.md, cells without their frame. */
export function tableOf(mark: string): string[][] {
  const page = readFileSync(join(REPOSITORY, 'docs/experiments.md'), 'utf8');
  const inside = page.split(`<!-- ${mark} -->`)[1]?.split(`<!-- /${mark} -->`)[0] ?? '';
  const rows = inside.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

function orderOf(row: string): number {
  return row.charCodeAt(0) * 100 + Number(row.slice(1));
}
