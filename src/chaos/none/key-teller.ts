import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { DriverContext } from '../contract.ts';
import type { Teller, Told, Word } from './teller.ts';

export type Keyboard = Readable & { isTTY?: boolean };

const PROMPTS: Record<Told, string> = {
  injected: 'break the system now and press Enter with the deed',
  recovered: 'press Enter when you undo it',
};

/** A person at the terminal. The press is the moment: it is as exact as the person. */
export function keyTeller(keyboard: Keyboard, context: DriverContext): Teller {
  let lines: Interface | undefined;
  return {
    name: 'a key press',
    async problems() {
      return keyboard.isTTY ? [] : ['`keys` needs a person at a terminal: standard input is not one'];
    },
    awaitWord(told, signal) {
      lines ??= createInterface({ input: keyboard, terminal: false });
      context.log.info({ experiment: context.experiment }, PROMPTS[told]);
      return nextLine(lines, signal).then(
        (): Word => ({ at: context.now(), text: `said by a key press: ${told}, the moment is that of the press` }),
      );
    },
    close: () => lines?.close(),
  };
}

function nextLine(lines: Interface, signal: AbortSignal): Promise<void> {
  return new Promise((done, reject) => {
    const stop = () => {
      lines.off('line', told);
      reject(signal.reason);
    };
    const told = () => {
      signal.removeEventListener('abort', stop);
      done();
    };
    if (signal.aborted) return reject(signal.reason);
    lines.once('line', told);
    signal.addEventListener('abort', stop, { once: true });
  });
}
