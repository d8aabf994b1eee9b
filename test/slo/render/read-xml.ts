/** A small strict XML reader for tests: it refuses what is not well-formed, and gives back what a parser would see. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

const TOKEN =
  /<\?xml [^?]*\?>|<\/(?<close>[\w-]+)>|<(?<open>[\w-]+)(?<attributes>(?: [\w-]+="[^"<]*")*)(?<empty>\/?)>|(?<text>[^<]+)/y;

export function readXml(source: string): XmlElement {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids them
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(source)) throw new Error('forbidden character');
  if (!source.isWellFormed()) throw new Error('lone surrogate');
  const top: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const stack = [top];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(source)?.groups;
    if (!groups) throw new Error(`not well-formed at ${at}: ${JSON.stringify(source.slice(at, at + 60))}`);
    take(groups, stack);
  }
  if (stack.length !== 1 || top.children.length !== 1) throw new Error('not exactly one closed root element');
  return top.children[0]!;
}

function take(groups: Record<string, string | undefined>, stack: XmlElement[]): void {
  const parent = stack.at(-1)!;
  if (groups['text'] !== undefined) parent.text += unescaped(groups['text']);
  if (groups['close'] !== undefined && stack.pop()!.name !== groups['close'])
    throw new Error(`wrong </${groups['close']}>`);
  if (groups['open'] === undefined) return;
  const child = { name: groups['open'], attributes: attributesOf(groups['attributes'] ?? ''), children: [], text: '' };
  parent.children.push(child);
  if (groups['empty'] === '') stack.push(child);
}

function attributesOf(source: string): Record<string, string> {
  const pairs = [...source.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(
    ([, name, value]) => [name!, unescaped(value!)] as const,
  );
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length) throw new Error('an attribute appears twice');
  return Object.fromEntries(pairs);
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));|&/g, (whole, code?: string, name?: string) => {
    const value = code === undefined ? NAMED[name ?? ''] : String.fromCharCode(Number(code));
    if (value === undefined) throw new Error(`unknown reference ${whole}`);
    return value;
  });
}

/** All elements of that name, at any depth. */
export function elementsNamed(root: XmlElement, name: string): XmlElement[] {
  return root.children.flatMap((child) => [...(child.name === name ? [child] : []), ...elementsNamed(child, name)]);
}
