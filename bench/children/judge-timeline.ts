import { readRecording } from '../../src/cli/judge-command.ts';
import { judge } from '../../src/slo/judge.ts';
import { millionPlan } from '../million-plan.ts';

/** Reading, checking, storing and judging, all of it counted. */
const started = performance.now();
const report = judge(millionPlan(), readRecording(process.argv[2]!));
const wallMs = performance.now() - started;
if (report.verdict !== 'pass') throw new Error(`the benchmark's run should pass: ${report.summary}`);
console.log(JSON.stringify({ wallMs, peakKilobytes: process.resourceUsage().maxRSS }));
