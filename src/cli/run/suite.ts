import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Report } from '../../slo/model/report.ts';
import type { ExitCode } from '../exit-codes.ts';

/** One plan of a suite and what it came to. */
export interface SuiteEntry {
  plan: string;
  /** Absent where there is none, for the reason in `problem`. */
  report?: Report | undefined;
  problem?: string | undefined;
  folder: string;
  exit: ExitCode;
}

/** Writes `suite.json` and `suite.md` over several plans and gives the text for the terminal. Plans that did not run are named. */
export async function writeSuite(
  folder: string,
  entries: readonly SuiteEntry[],
  planned: readonly string[],
): Promise<string> {
  const rows = planned.map((plan) =>
    rowOf(
      plan,
      folder,
      entries.find((entry) => entry.plan === plan),
    ),
  );
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'suite.json'),
    `${JSON.stringify({ schema: 'steadfast/suite/v1', plans: rows }, null, 2)}\n`,
  );
  await writeFile(join(folder, 'suite.md'), markdownOf(rows));
  const lines = rows.map(({ plan, verdict, summary }) => `  ${verdict.padEnd(12)} ${plan}: ${summary}`);
  return `\nSuite of ${planned.length} plans:\n${lines.join('\n')}\nSuite report: ${join(folder, 'suite.md')}\n`;
}

interface Row {
  plan: string;
  verdict: string;
  exit: number | null;
  summary: string;
  report: string | null;
}

function rowOf(plan: string, folder: string, entry: SuiteEntry | undefined): Row {
  if (!entry) return { plan, verdict: 'not run', exit: null, summary: 'the suite was stopped before it', report: null };
  const { report, exit, problem = 'there is no report' } = entry;
  if (!report) return { plan, verdict: 'no report', exit, summary: problem, report: null };
  return {
    plan,
    verdict: report.verdict,
    exit,
    summary: report.summary,
    report: join(relative(folder, entry.folder), 'report.md'),
  };
}

function markdownOf(rows: readonly Row[]): string {
  const body = rows.map(
    ({ plan, verdict, summary, report }) =>
      `| ${verdict} | ${report === null ? plan : `[${plan}](${report})`} | ${summary.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`,
  );
  return ['# Suite', '', '| verdict | plan | summary |', '| --- | --- | --- |', ...body, ''].join('\n');
}
