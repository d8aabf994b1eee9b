import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Log } from './log.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface PinoLogOptions {
  level: LogLevel;
  /** Where lines go: a file descriptor (1 or 2), written at once so that none is lost at exit, or anything with `write`. */
  to: 1 | 2 | { write(line: string): void };
  /** Takes secrets out of each finished line. */
  mask?: (text: string) => string;
}

const SECRET_KEYS = ['token', 'password', 'secret', 'authorization', 'Authorization', 'bearerToken', 'apiKey'];
const CENSORED_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** JSON logs, one object a line. */
export function createPinoLog({ level, to, mask }: PinoLogOptions): Log {
  const stream = typeof to === 'number' ? destination({ dest: to, sync: true }) : to;
  const logger: Logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: CENSORED_PATHS, censor: '***' },
      ...(mask ? { hooks: { streamWrite: mask } } : {}),
    },
    stream,
  );
  return logger;
}
