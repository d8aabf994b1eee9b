import { type DriverType, defineDriver } from '../contract.ts';
import { type NoneConfig, noneConfig } from './config.ts';
import type { Keyboard } from './key-teller.ts';

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
    open: async (config, context) => (await import('./told.ts')).openTold(config, keyboard, context),
  });
}
