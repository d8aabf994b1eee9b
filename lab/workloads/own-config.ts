/** A workload is told everything in one argument, as JSON, by the lab that starts it. */
export function ownConfig<Config>(): Config {
  const text = process.argv[2];
  if (text === undefined) throw new Error('the first argument must be the configuration, as JSON');
  return JSON.parse(text) as Config;
}

/** Ends the process on the usual signals, after `close`, and never later than a second after them. */
export function endOnSignals(close: () => Promise<unknown> | unknown): void {
  const end = async () => {
    setTimeout(() => process.exit(0), 1_000).unref();
    await close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end());
}
