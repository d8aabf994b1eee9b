/** Containers inside containers; an event batch has about four levels. */
const MAX_DEPTH = 32;

/** What is wrong with the outline of a msgpack value, before anything is built from it. */
export type OutlineProblem = 'cut short' | 'too deep' | 'not msgpack';

/** How many items a container announces and how many bytes a header or a leaf takes. */
interface Head {
  bytes: number;
  items: number;
}

/**
 * Walks over the heads of a value without building it. A container may not owe more items than there are bytes left: else a few bytes
 * of nested headers would make a decoder allocate without bound.
 */
export function outlineProblem(bytes: Uint8Array): OutlineProblem | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const owedPerLevel = [1];
  let owed = 1;
  let at = 0;
  while (owedPerLevel.length > 0) {
    const level = owedPerLevel.length - 1;
    if (owedPerLevel[level] === 0) {
      owedPerLevel.pop();
      continue;
    }
    const head = headAt(view, at);
    if (head === undefined) return at < bytes.length && bytes[at] === 0xc1 ? 'not msgpack' : 'cut short';
    owedPerLevel[level]!--;
    at += head.bytes;
    owed += head.items - 1;
    if (owed > bytes.length - at || at > bytes.length) return 'cut short';
    if (head.items > 0 && owedPerLevel.push(head.items) > MAX_DEPTH) return 'too deep';
  }
  return at < bytes.length ? 'not msgpack' : undefined;
}

/** Nothing where the bytes end inside the head, or begin with the one byte that msgpack never uses. */
function headAt(view: DataView, at: number): Head | undefined {
  if (at >= view.byteLength) return undefined;
  const type = view.getUint8(at);
  if (type <= 0x7f || type >= 0xe0) return leaf(1);
  if (type <= 0x8f) return { bytes: 1, items: (type & 0x0f) * 2 };
  if (type <= 0x9f) return { bytes: 1, items: type & 0x0f };
  if (type <= 0xbf) return leaf(1 + (type & 0x1f));
  return LONG_HEADS[type - 0xc0]!(view, at + 1);
}

type ReadHead = (view: DataView, at: number) => Head | undefined;

function leaf(bytes: number): Head {
  return { bytes, items: 0 };
}

function fixed(bytes: number): ReadHead {
  return () => leaf(bytes);
}

/** A leaf whose length takes `size` bytes; `more` bytes of type follow it. */
function sized(size: 1 | 2 | 4, more = 0): ReadHead {
  return (view, at) => {
    const length = unsignedAt(view, at, size);
    return length === undefined ? undefined : leaf(1 + size + more + length);
  };
}

function container(size: 2 | 4, perItem: 1 | 2): ReadHead {
  return (view, at) => {
    const count = unsignedAt(view, at, size);
    return count === undefined ? undefined : { bytes: 1 + size, items: count * perItem };
  };
}

function unsignedAt(view: DataView, at: number, size: 1 | 2 | 4): number | undefined {
  if (at + size > view.byteLength) return undefined;
  if (size === 1) return view.getUint8(at);
  return size === 2 ? view.getUint16(at) : view.getUint32(at);
}

/** Types 0xc0 to 0xdf, in order. */
const LONG_HEADS: readonly ReadHead[] = [
  ...[fixed(1), () => undefined, fixed(1), fixed(1)],
  ...[sized(1), sized(2), sized(4)],
  ...[sized(1, 1), sized(2, 1), sized(4, 1)],
  ...[fixed(5), fixed(9)],
  ...[fixed(2), fixed(3), fixed(5), fixed(9)],
  ...[fixed(2), fixed(3), fixed(5), fixed(9)],
  ...[fixed(3), fixed(4), fixed(6), fixed(10), fixed(18)],
  ...[sized(1), sized(2), sized(4)],
  ...[container(2, 1), container(4, 1)],
  ...[container(2, 2), container(4, 2)],
];
