/** How long a drain waits for what may be on its way. */
export const LATE_MS = 1000;

/** How long all of a drain's requests to the replay may take together. */
export const REPLAY_MS = 7000;
