/** Takes one line of progress for a person to read. */
export type Progress = (line: string) => void;

export const noProgress: Progress = () => {};

/** Says when a piece of work begins, every few seconds that it goes on, and how long it took. */
export async function withProgress<T>(what: string, progress: Progress, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const seconds = () => `${Math.round((performance.now() - began) / 1000)} s`;
  progress(`${what} ...`);
  const ticker = setInterval(() => progress(`${what} ... ${seconds()}`), 10_000);
  try {
    const result = await work();
    progress(`${what}: done in ${seconds()}`);
    return result;
  } finally {
    clearInterval(ticker);
  }
}
