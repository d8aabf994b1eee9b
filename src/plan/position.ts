import { isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Path } from './diagnostic.ts';
import type { Position } from './line-table.ts';
import type { PlanDocument } from './plan-document.ts';

/**
 * Where a path leads in the text: its value (or, with `atKey`, its key), else the nearest thing on the way that exists. A way through an
 * alias ends at the alias, since that is what stands there.
 */
export function locate(document: PlanDocument, path: Path, atKey: boolean): Position {
  let node: Node | null = document.yaml.contents;
  let offset = offsetOf(node) ?? document.start;
  for (const [depth, step] of path.entries()) {
    const found = childOf(node, step);
    if (!found) break;
    const wantsKey = atKey && depth === path.length - 1;
    offset = (wantsKey ? offsetOf(found.key) : offsetOf(found.value)) ?? offsetOf(found.key) ?? offset;
    node = found.value;
  }
  return document.lines.at(offset);
}

function childOf(node: Node | null, step: string | number): { key: Node | null; value: Node | null } | undefined {
  if (isSeq(node)) {
    const item = typeof step === 'number' ? (node.items[step] as Node | undefined) : undefined;
    return item && { key: null, value: item };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => keyOf(item) === String(step));
  return pair && { key: pair.key as Node, value: pair.value as Node | null };
}

function keyOf(pair: Pair): string | undefined {
  return isScalar(pair.key) ? String(pair.key.value) : undefined;
}

function offsetOf(node: Node | null): number | undefined {
  return node?.range?.[0];
}
