/** One line of Prometheus' text format. */
export interface MetricLine {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE_LIMIT_CHARS = 8_192;
const LINES_LIMIT = 200_000;
const LABELS_LIMIT = 32;

/**
 * Reads the lines of the wanted metrics; lines that are none are passed over. Whoever sent the text is not trusted: lines, labels and
 * their number have limits, and reading takes time in proportion to the text.
 */
export function readMetrics(text: string, wanted: ReadonlySet<string>): MetricLine[] {
  const found: MetricLine[] = [];
  let lines = 0;
  for (let from = 0; from < text.length && lines < LINES_LIMIT; lines++) {
    const newline = text.indexOf('\n', from);
    const to = newline === -1 ? text.length : newline;
    const line = to - from <= LINE_LIMIT_CHARS ? readLine(text.slice(from, to), wanted) : undefined;
    if (line) found.push(line);
    from = to + 1;
  }
  return found;
}

function readLine(line: string, wanted: ReadonlySet<string>): MetricLine | undefined {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0];
  if (name === undefined || !wanted.has(name)) return undefined;
  const labels: Record<string, string> = Object.create(null);
  const end = line[name.length] === '{' ? readLabels(line, name.length + 1, labels) : name.length;
  if (end === undefined) return undefined;
  const value = line.slice(end).trim().split(/\s/, 1)[0] ?? '';
  // What is no number must never be counted with: the sum would be none either, and not be nothing.
  return value === '' || !Number.isFinite(Number(value)) ? undefined : { name, labels, value: Number(value) };
}

/** Returns where the labels end, behind their brace. */
function readLabels(line: string, start: number, labels: Record<string, string>): number | undefined {
  const label = /\s*([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"\s*,?/y;
  label.lastIndex = start;
  for (let count = 0; count <= LABELS_LIMIT; count++) {
    const at = label.lastIndex;
    if (line[at] === '}') return at + 1;
    const match = label.exec(line);
    if (!match) return undefined;
    labels[match[1]!] = unescaped(match[2]!);
  }
  return undefined;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
}
