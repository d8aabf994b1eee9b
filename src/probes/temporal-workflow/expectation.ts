const SHOWN_CHARS = 60;

/** Compares a workflow's result with what the plan expects; says which path differs, and what stood there. */
export function differenceFrom(expected: Record<string, unknown>, result: unknown): string | undefined {
  for (const [path, wanted] of Object.entries(expected)) {
    const found = valueAt(result, path);
    if (found !== wanted) return `result differs: ${path} is ${show(found)}, expected ${show(wanted)}`;
  }
  return undefined;
}

function valueAt(value: unknown, path: string): unknown {
  let current = value;
  for (const key of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}...` : text;
}
