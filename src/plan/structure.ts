import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { type Diagnostic, formatPath, type Path, shorten } from './diagnostic.ts';
import type { PlanDocument } from './plan-document.ts';

export const MAX_DEPTH = 50;
/** Also the bound on what aliases of aliases may expand to. */
export const MAX_ALIASES = 100;
const MAX_DUPLICATES = 50;

interface Structure {
  problems: Diagnostic[];
  /** Whether it makes sense to look at what the document says. */
  readable: boolean;
}

/** What valid YAML may hold and a plan or a manifest may not: depth, bombs, tags, a key that stands twice. */
export function structureProblems(document: PlanDocument): Structure {
  const fatal = fatalProblem(document);
  if (fatal) return { problems: [fatal], readable: false };
  return { problems: duplicateKeys(document), readable: true };
}

function fatalProblem(document: PlanDocument): Diagnostic | undefined {
  let aliases = 0;
  for (const { node, path } of nodesOf(document)) {
    if (path.length > MAX_DEPTH) return problem(document, node, [], 'nested too deeply', `at most ${MAX_DEPTH} levels`);
    if (isAlias(node) && ++aliases > MAX_ALIASES)
      return problem(document, node, path, 'too many aliases', `at most ${MAX_ALIASES}`);
    if (isAlias(node)) {
      const target = node.resolve(document.yaml);
      if (!target)
        return problem(document, node, path, `there is no anchor &${shorten(node.source, 40)} before this alias`);
      if (holds(target, node)) return problem(document, node, path, 'this alias stands inside of what it refers to');
    }
    if (node.tag && !isCoreTag(node.tag))
      return problem(document, node, path, `the tag ${shorten(node.tag, 40)} has no meaning here`);
  }
  return expansionProblem(document);
}

function holds(outer: Node, inner: Node): boolean {
  const [start, , end] = outer.range ?? [0, 0, 0];
  const at = inner.range?.[0] ?? -1;
  return at >= start && at < end;
}

function isCoreTag(tag: string): boolean {
  return /^tag:yaml\.org,2002:(map|seq|str|int|float|bool|null|merge)$/.test(tag);
}

function expansionProblem(document: PlanDocument): Diagnostic | undefined {
  try {
    document.yaml.toJS({ maxAliasCount: MAX_ALIASES });
    return undefined;
  } catch {
    const message = 'the aliases of this document grow without bound';
    return problem(document, document.yaml.contents, [], message);
  }
}

function duplicateKeys(document: PlanDocument): Diagnostic[] {
  const problems: Diagnostic[] = [];
  for (const { node, path } of nodesOf(document)) {
    if (problems.length >= MAX_DUPLICATES) break;
    if (isMap(node)) problems.push(...duplicatesIn(document, node, path).slice(0, MAX_DUPLICATES));
  }
  return problems;
}

function duplicatesIn(document: PlanDocument, map: YAMLMap, path: Path): Diagnostic[] {
  const first = new Map<string, Node>();
  const problems: Diagnostic[] = [];
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    const earlier = first.get(name);
    if (!earlier) first.set(name, key);
    else {
      const line = document.lines.at(earlier.range?.[0] ?? 0).line;
      problems.push(problem(document, key, [...path, name], `this key stands twice in one map, first in line ${line}`));
    }
  }
  return problems;
}

/** Every node that is a value, with its path; without recursion, since depth is not known to be sound yet. */
export function* nodesOf(document: PlanDocument): Generator<{ node: Node; path: Path }> {
  const pending: { node: Node | null; path: Path }[] = [{ node: document.yaml.contents, path: [] }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, path } = next;
    if (!node) continue;
    yield { node, path };
    // One step deeper than allowed is enough to tell, and bounds the paths.
    if (path.length <= MAX_DEPTH) for (const child of childrenOf(node, path)) pending.push(child);
  }
}

function childrenOf(node: Node, path: Path): { node: Node | null; path: Path }[] {
  if (isSeq(node)) return node.items.map((item, index) => ({ node: item as Node, path: [...path, index] })).reverse();
  if (!isMap(node)) return [];
  return node.items
    .map(({ key, value }) => ({ node: value as Node | null, path: [...path, String(isScalar(key) ? key.value : key)] }))
    .reverse();
}

function problem(document: PlanDocument, node: Node | null, path: Path, message: string, allowed?: string): Diagnostic {
  const at = document.lines.at(node?.range?.[0] ?? document.start);
  const text = { file: document.file, ...at, path: formatPath(path), message };
  return { severity: 'error', ...text, ...(allowed !== undefined && { allowed }) };
}
