import type { Report } from '../slo/model/report.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/**
 * The one exit code of a judged run. A fault that may remain comes first; a run that injected nothing says that the environment was not
 * ready, whatever its steady objectives came to.
 */
export function exitCodeOf(report: Report): ExitCode {
  if (report.experiments.some(({ leftBehind }) => leftBehind !== undefined)) return EXIT.faultMayRemain;
  if (report.aborted !== undefined) return EXIT.aborted;
  if (!report.injectedAnything && report.cut === undefined) return EXIT.notReady;
  return EXIT[report.verdict];
}
