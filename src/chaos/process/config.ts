import * as z from 'zod';
import { duration, hostAndPort, httpUrl } from '../../clients/config-schema.ts';

type Fields = z.infer<ReturnType<typeof fields>>;

const STARTING = ['start', 'cwd', 'env', 'log', 'startWritesPidFile', 'startWithin'] as const;
const ENDING = ['signal', 'stopWithin'] as const;

/** What does not belong together. */
export const processConfig = z.lazy(() =>
  fields().superRefine((config, context) => {
    const refuse = (path: keyof Fields, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    for (const key of meaningless(config)) {
      if (config[key] !== undefined) refuse(key, `means nothing here: ${reasonOf(config)}`);
    }
    if (config.action !== 'pause' && !config.supervised && !config.start)
      refuse('start', `\`${config.action}\` needs \`start\`: program and arguments that start the process again`);
  }),
);

function meaningless(config: Fields): readonly (keyof Fields)[] {
  if (config.action === 'pause') return [...STARTING, ...ENDING, 'supervised', 'ready'];
  if (config.action === 'kill') return ['supervised', 'ready'];
  return config.supervised ? STARTING : [];
}

function reasonOf(config: Fields): string {
  if (config.action === 'pause') return 'a paused process is continued, not started';
  if (config.action === 'kill') return 'the time until it serves again is for a `timeToRecover` objective to measure';
  return 'a supervised process is started by its supervisor';
}

export type ProcessConfig = z.infer<typeof processConfig>;

export type ReadyCheck = z.infer<ReturnType<typeof ready>>;

function fields() {
  return z.strictObject({
    action: z
      .enum(['pause', 'kill', 'restart'])
      .describe(
        '`pause`: stopped, later continued. `kill`: down for the duration. `restart`: killed once, started at once',
      ),
    pidFile: z.string().min(1).describe('First line: the process id. A start time on the second line is checked too'),
    group: z.boolean().default(false).describe('The whole process group that the process leads'),
    signal: z.enum(['KILL', 'TERM']).optional().describe('How to end it; default `KILL`'),
    stopWithin: duration().optional().describe('How long ending may take; default 10s'),
    start: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('Program and arguments that start it again. Recorded in a file: no secrets here'),
    cwd: z.string().min(1).optional().describe('Where to start it; default: where the ended process was'),
    env: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected a variable name'), z.string())
      .optional()
      .describe("Added to the runner's environment. Recorded in a file: no secrets here"),
    log: z
      .string()
      .min(1)
      .optional()
      .describe('Takes the output of the started process; default: the pid file and `.log`'),
    startWritesPidFile: z
      .boolean()
      .optional()
      .describe('`start` is a launcher that writes the pid file itself; without it this driver writes the file'),
    startWithin: duration().optional().describe('How long `start` may take until the process runs; default 30s'),
    supervised: z.boolean().optional().describe('`restart`: somebody else starts it again and renews the pid file'),
    ready: ready().optional(),
  });
}

function ready() {
  return z
    .union([
      z.strictObject({ tcp: hostAndPort().describe('a port that accepts') }),
      z.strictObject({ http: httpUrl().describe('a URL that answers 2xx') }),
      z.strictObject({ file: z.string().min(1).describe('a file that is written anew') }),
    ])
    .describe('`restart`: how to see that the new process serves: a port, a URL that answers 2xx, a file written anew');
}
