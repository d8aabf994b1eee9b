import type { Driver, DriverContext, Observed } from '../contract.ts';
import type { NoneConfig } from './config.ts';
import { fileTeller } from './file-teller.ts';
import { type Keyboard, keyTeller } from './key-teller.ts';
import type { Teller, Word } from './teller.ts';
import { urlTeller } from './url-teller.ts';

function openTeller(config: NoneConfig, keyboard: () => Keyboard, context: DriverContext): Teller | Promise<Teller> {
  if (config.file !== undefined) return fileTeller(config.file, config.every, context);
  if (config.url !== undefined) return urlTeller(config.url, config.every, context);
  return keyTeller(keyboard(), context);
}

/** A fault of somebody else's, as it is told. */
export async function openTold(config: NoneConfig, keyboard: () => Keyboard, context: DriverContext): Promise<Driver> {
  const teller = await openTeller(config, keyboard, context);
  let injected: Word | undefined;
  let recovered: Word | undefined;
  return {
    async prepare(signal) {
      return { targets: [`what ${teller.name} tells of`], problems: await teller.problems(signal) };
    },
    async inject(signal) {
      injected = await teller.awaitWord('injected', signal);
      return toObserved(injected);
    },
    async hold(signal) {
      recovered = await teller.awaitWord('recovered', signal);
      return toObserved(recovered);
    },
    async evidence() {
      return injected ? toObserved(injected).evidence : [];
    },
    /** There is nothing of ours to remove, so it never waits: what nobody has called over is said to be so. */
    async recover() {
      if (recovered) return toObserved(recovered);
      const text = injected ? `${teller.name} has not said that the fault is over` : 'no fault was told of';
      return { evidence: [{ of: 'note', text }] };
    },
    async close() {
      teller.close();
    },
  };
}

function toObserved({ at, notBefore, text }: Word): Observed {
  return { at, ...(notBefore === undefined ? {} : { notBefore }), evidence: [{ of: 'note', text }] };
}
