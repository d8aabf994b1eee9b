import { type Driver, type DriverContext, type DriverType, defineDriver, type Observed } from '../contract.ts';
import { type NoneConfig, noneConfig } from './config.ts';
import { fileTeller } from './file-teller.ts';
import { type Keyboard, keyTeller } from './key-teller.ts';
import type { Teller, Word } from './teller.ts';
import { urlTeller } from './url-teller.ts';

/** The driver that breaks nothing. The keyboard is handed in, so that a test can press keys; it is asked for only where it is used. */
export function createNoneDriver(keyboard: () => Keyboard): DriverType {
  return defineDriver<NoneConfig>({
    type: 'none',
    summary: 'Breaks nothing: somebody else does, and says when the fault begins and when it ends.',
    config: noneConfig,
    oneShot: () => false,
    describe: (config) => `waits for somebody else's fault, told by ${config.file ?? config.url ?? 'a key press'}`,
    example: `name: failover-drill
driver: none
duration: 2m
config:
  file: /var/run/drill/phases
`,
    proof: `Nobody's word is a proof: what this driver records is who said so.
Give the experiment an \`expect\` that shows the fault at work; without one its verdicts are inconclusive.`,
    open: async (config, context) => openTold(await openTeller(config, keyboard, context)),
  });
}

function openTeller(config: NoneConfig, keyboard: () => Keyboard, context: DriverContext): Teller | Promise<Teller> {
  if (config.file !== undefined) return fileTeller(config.file, config.every, context);
  if (config.url !== undefined) return urlTeller(config.url, config.every, context);
  return keyTeller(keyboard(), context);
}

function openTold(teller: Teller): Driver {
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
