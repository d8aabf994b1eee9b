const FIRST_PAUSE_MS = 100;
/** Short, because a longer one would be measured as the service's own time to recover. */
const LONGEST_PAUSE_MS = 1000;

/** How long to wait after so many failures in a row: doubling up to a second, of which chance in [0, 1) takes away up to half. */
export function reconnectPauseMs(failures: number, chance: number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10));
  return longest * (0.5 + chance / 2);
}
