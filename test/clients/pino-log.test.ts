import { describe, expect, test } from 'vitest';
import { createPinoLog, type PinoLogOptions } from '../../src/clients/pino-log.ts';

function logged(options: Partial<PinoLogOptions>, write: (log: ReturnType<typeof createPinoLog>) => void) {
  const lines: string[] = [];
  write(createPinoLog({ level: 'info', to: { write: (line) => void lines.push(line) }, ...options }));
  return lines;
}

describe('JSON logs', () => {
  test('are one object a line with level, time and message', () => {
    const [line, ...others] = logged({}, (log) => log.warn({ probe: 'a', slots: 3 }, 'no answer\nyet'));

    expect(others).toEqual([]);
    expect(JSON.parse(line!)).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      probe: 'a',
      slots: 3,
      msg: 'no answer\nyet',
    });
    expect(line).toMatch(/^[^\n]+\n$/);
  });

  test('leave out what is below their level', () => {
    expect(logged({ level: 'error' }, (log) => log.info({}, 'quiet'))).toEqual([]);
    expect(logged({ level: 'debug' }, (log) => log.debug({}, 'chatty'))).toHaveLength(1);
  });

  test('never show what is under the name of a secret', () => {
    const secret = 'hunter2';
    const fields = { token: secret, config: { password: secret }, request: { headers: { authorization: secret } } };

    expect(logged({}, (log) => log.error(fields, 'refused')).join('')).not.toContain(secret);
  });

  test('take known secrets out of any text', () => {
    const mask = (text: string) => text.replaceAll('hunter2', '***');

    expect(logged({ mask }, (log) => log.error({ url: 'http://a/?k=hunter2' }, 'hunter2'))).toEqual([
      expect.not.stringContaining('hunter2'),
    ]);
  });
});
