/** Writes one line to a workload's log, as `kubectl logs` shows it. */
export type Say = (level: 'INFO' | 'ERROR', text: string) => void;

let isMute = false;

/** Has no line of an error be written, until it is told otherwise. */
export function mute(on: boolean): void {
  isMute = on;
}

export const say: Say = (level, text) => {
  if (isMute && level === 'ERROR') return;
  process.stdout.write(`${new Date().toISOString()} ${level} ${text}\n`);
};

/** Whether a peer is there: its loss and its return are said once each, however often they are noticed. */
export interface PeerWatch {
  lost: (cause: string) => void;
  back: () => void;
}

export function watchPeer(peer: string, say: Say): PeerWatch {
  let isLost = false;
  return {
    lost: (cause) => {
      if (!isLost) say('ERROR', `lost ${peer}: ${cause}`);
      isLost = true;
    },
    back: () => {
      if (isLost) say('INFO', `${peer} is back`);
      isLost = false;
    },
  };
}

const deepest = 4;

/** What an error says and what it says of its causes, in one line. */
export function causesOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return onOneLine(String(error));
  const below = error instanceof AggregateError ? error.errors[0] : error.cause;
  const own = onOneLine(error.message || error.name);
  if (below === undefined || depth === deepest) return own;
  return `${own}: ${causesOf(below, depth + 1)}`;
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
