import type { Offset, Whole } from '../../slo/model/entry.ts';

const MOST_ITEMS = 1000;
/** A recorded line must not be longer than a reader takes. */
const MOST_CHARS = 400_000;

/** A long list in pieces that fit one final reading each; one that is empty has one page. */
export function pagesOf<Item>(items: readonly Item[]): Item[][] {
  const pages: Item[][] = [[]];
  let chars = 0;
  for (const item of items) {
    const length = JSON.stringify(item).length + 1;
    if (pages.at(-1)!.length >= MOST_ITEMS || chars + length > MOST_CHARS) {
      pages.push([]);
      chars = 0;
    }
    pages.at(-1)!.push(item);
    chars += length;
  }
  return pages;
}

/** What a page says of the time of which all of them together leave nothing out; nothing where there is no such time. */
export function wholeOn(page: number, pages: number, span: [Offset, Offset] | undefined): { whole?: Whole } {
  return span && span[0] < span[1] ? { whole: { span, page: page + 1, pages } } : {};
}
