/** Does something at a steady pace; changing the pace loses and repeats nothing that was due before. */
export interface Pace {
  set: (perSecond: number) => void;
  perSecond: () => number;
  stop: () => void;
}

const tickMs = 10;
/** After a long pause of the process, what it missed is not made up for in one burst. */
const mostAtOnce = 1_000;

export function keepPace(perSecond: number, work: () => void): Pace {
  let rate = perSecond;
  let last = performance.now();
  let owed = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    owed = Math.min(mostAtOnce, owed + ((now - last) * rate) / 1000);
    last = now;
    for (; owed >= 1; owed--) work();
  }, tickMs);
  return {
    set: (wanted) => {
      rate = wanted;
      if (wanted === 0) owed = 0;
    },
    perSecond: () => rate,
    stop: () => clearInterval(timer),
  };
}
