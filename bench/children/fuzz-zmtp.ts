/** `fuzz-zmtp.ts RUNS SEED`: tells after every hundredth of the inputs how it stands. The first input that fails ends it. */
import { tryInput } from '../../test/probes/lib/zmtp/fuzz-conversation.ts';
import { damagedInput, numbersFrom } from '../../test/probes/lib/zmtp/fuzz-source.ts';
import type { FuzzProgress } from '../fuzz-zmtp.ts';

const runs = Number(process.argv[2]);
const number = numbersFrom(Number(process.argv[3]));
const endings: Record<string, number> = {};
let slowestMs = 0;

for (let run = 1; run <= runs; run++) {
  const input = damagedInput(number);
  const before = process.cpuUsage();
  try {
    const ending = tryInput(input);
    endings[ending] = (endings[ending] ?? 0) + 1;
  } catch (error) {
    console.error(`input ${run}, ${input.bytes.toString('hex')} in pieces of ${input.pieceBytes}`, error);
    process.exit(1);
  }
  const { user, system } = process.cpuUsage(before);
  slowestMs = Math.max(slowestMs, (user + system) / 1000);
  if (run % Math.ceil(runs / 100) === 0 || run === runs) tell(run);
}

function tell(run: number): void {
  globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const cpuSeconds = (user + system) / 1e6;
  const progress: FuzzProgress = { run, endings, slowestMs, cpuSeconds, heldBytes: heapUsed + external };
  console.log(JSON.stringify(progress));
}
