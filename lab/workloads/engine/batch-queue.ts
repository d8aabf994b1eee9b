/** A queue between those who make things and the one who sends them; the taker waits only so long. */
export interface BatchQueue<Item> {
  /** Drops the item when the queue is full. */
  put: (item: Item) => void;
  /** The first item; undefined if none came in time. 0 does not wait. */
  take: (withinMs: number) => Promise<Item | undefined>;
}

export function createBatchQueue<Item>(longest: number): BatchQueue<Item> {
  const items: Item[] = [];
  let wake = () => {};
  const arrival = (withinMs: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return {
    put: (item) => {
      if (items.length < longest) items.push(item);
      wake();
    },
    take: async (withinMs) => {
      if (items.length === 0 && withinMs > 0) await arrival(withinMs);
      return items.shift();
    },
  };
}
