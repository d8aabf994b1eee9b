import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { session, withoutFigures } from '../readme/readme.ts';

it('the command of the README prints what the README says', () => {
  const { command, output } = session();

  const ran = spawnSync('bash', ['-c', `${command} 2>&1`], { encoding: 'utf8' });

  expect(ran.status, ran.stdout).toBe(0);
  const lines = ran.stdout.trimEnd().split('\n').map(withoutFigures);
  const start = lines.indexOf(withoutFigures(output[0]!));
  expect(lines.slice(start).join('\n')).toBe(output.map(withoutFigures).join('\n'));
});

it('a break that does not exist is refused with a list of those that do', () => {
  const ran = spawnSync('bash', ['-c', 'make demo BREAK=list 2>&1'], { encoding: 'utf8' });

  expect(ran.status).not.toBe(0);
  expect(ran.stdout).toContain('no-event-lost');
});
