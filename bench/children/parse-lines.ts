import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What anybody would write: read the file line by line and parse each. Reading is not counted, only parsing. */
const started = performance.now();
let readMs = 0;
let count = 0;
let mark = performance.now();
for await (const line of createInterface({
  input: createReadStream(process.argv[2]!),
  crlfDelay: Number.POSITIVE_INFINITY,
})) {
  const before = performance.now();
  readMs += before - mark;
  JSON.parse(line);
  count++;
  mark = performance.now();
}
const wallMs = performance.now() - started;
console.log(JSON.stringify({ wallMs: wallMs - readMs, count, peakKilobytes: process.resourceUsage().maxRSS }));
