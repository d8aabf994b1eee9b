import { appendFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createNoneDriver } from '../../../src/chaos/none/driver.ts';
import { httpServer, jsonServer } from '../../loopback/servers.ts';
import { open, openSetting, problemsOf, signal } from '../driver-setting.ts';

const none = createNoneDriver(() => process.stdin);

describe('told by a file', () => {
  it('begins and ends when the file says so, and takes that for no proof', async () => {
    await using setting = await openSetting();
    const file = join(setting.folder, 'phases');
    await writeFile(file, 'injected\nrecovered\nfrom an earlier drill\n');
    const driver = await open(none, { file, every: '10ms' }, setting.context);
    expect((await driver.prepare(signal())).problems).toEqual([]);

    const asked = setting.context.now();
    const injecting = driver.inject(signal());
    await setting.context.sleep(100, signal());
    const before = setting.context.now();
    await appendFile(file, 'injected\n');
    const after = setting.context.now();
    const injected = await injecting;
    expect(injected.notBefore, 'each look narrows the span').toBeGreaterThan(asked + 10);
    expect(injected.notBefore, 'the span holds the moment').toBeLessThanOrEqual(after);
    expect(injected.at, 'the span holds the moment').toBeGreaterThanOrEqual(before);
    expect(injected.evidence).toEqual([{ of: 'note', text: expect.stringContaining('said by the file') }]);

    const holding = driver.hold!(signal());
    setTimeout(() => void appendFile(file, 'recovered\n'), 50);
    const held = await holding;
    expect(held.at).toBeGreaterThan(injected.at!);
    expect((await driver.recover(signal())).at).toBe(held.at);
    await driver.close();
  });

  it.each([
    ['a text line', (time: string) => `injected ${time}\n`],
    ['a JSON line', (time: string) => `${JSON.stringify({ state: 'injected', at: time })}\n`],
  ])('takes the time that %s gives', async (_sentence, line) => {
    await using setting = await openSetting();
    const file = join(setting.folder, 'phases');
    const driver = await open(none, { file, every: '10ms' }, setting.context);
    await driver.prepare(signal());

    const injecting = driver.inject(signal());
    await setting.context.sleep(300, signal());
    const time = new Date(Date.now() - 200);
    await appendFile(file, line(time.toISOString()));
    const injected = await injecting;
    const told = setting.context.now() - (Date.now() - time.getTime());
    expect(Math.abs(injected.at! - told)).toBeLessThan(5);
    expect(injected.notBefore).toBeUndefined();
  });

  it('does not believe in times before it asked, nor in the future', async () => {
    await using setting = await openSetting();
    const file = join(setting.folder, 'phases');
    const driver = await open(none, { file, every: '10ms' }, setting.context);
    const before = setting.context.now();
    await writeFile(file, 'injected 1999-01-01T00:00:00Z\nrecovered 2199-01-01T00:00:00Z\n');

    expect((await driver.inject(signal())).at).toBeGreaterThanOrEqual(before);
    expect((await driver.hold!(signal())).at).toBeLessThanOrEqual(setting.context.now());
  });

  it('waits for the end of a line, and skips what it does not know', async () => {
    await using setting = await openSetting();
    const file = join(setting.folder, 'phases');
    const driver = await open(none, { file, every: '10ms' }, setting.context);
    await writeFile(file, 'hello\n{"state": 7}\n{broken\n\ninject');

    await expect(driver.inject(signal(60))).rejects.toThrow();
    await appendFile(file, 'ed\n');
    await driver.inject(signal(1_000));
    await expect(driver.hold!(signal(60))).rejects.toThrow();
    expect((await driver.recover(signal())).evidence[0]?.text).toContain('has not said that the fault is over');
  });

  it.each([
    ['a fault that is there already', 'phases', 'injected\n', 'a fault is in effect already'],
    ['a folder that does not exist', 'no/where', undefined, 'does not exist'],
  ])('refuses %s', async (_sentence, name, content, problem) => {
    await using setting = await openSetting();
    const file = join(setting.folder, name);
    if (content !== undefined) await writeFile(file, content);
    const driver = await open(none, { file }, setting.context);
    expect((await driver.prepare(signal())).problems.join()).toContain(problem);
  });

  it('knows the last word of a history that is longer than it reads', async () => {
    await using setting = await openSetting();
    const file = join(setting.folder, 'phases');
    await writeFile(file, '');
    await truncate(file, 2_000_000);
    await appendFile(file, '\nrecovered\ninjected\n');
    const driver = await open(none, { file }, setting.context);
    expect((await driver.prepare(signal())).problems.join()).toContain('already');
  });
});

describe('told by a URL', () => {
  it('follows its states, past answers that tell nothing', async () => {
    await using setting = await openSetting();
    const answers = [
      '{"state":"steady"}',
      'oops',
      '{"state":"sideways"}',
      '{"state":"injected"}',
      '{"state":"recovered"}',
    ];
    const server = await httpServer((_request, response) => {
      response.end(answers.length > 1 ? answers.shift() : answers[0]);
    });
    const driver = await open(none, { url: server.url, every: '20ms' }, setting.context);
    expect((await driver.prepare(signal())).problems).toEqual([]);

    const injected = await driver.inject(signal(2_000));
    expect(injected.at! - injected.notBefore!, 'what tells nothing does not narrow the span').toBeGreaterThan(35);
    const held = await driver.hold!(signal(2_000));
    expect(held.evidence[0]?.text).toMatch(/said by http:.*: recovered/);
    await driver.close();
    await server.close();
  });

  it.each([
    ['that says a fault is there', { state: 'injected', since: '2026-01-01T00:00:00Z' }, 'already'],
    ['that says something else', { status: 'fine' }, 'the answer is not'],
  ])('refuses one %s', async (_sentence, answer, problem) => {
    await using setting = await openSetting();
    const server = await jsonServer(answer);
    const driver = await open(none, { url: server.url }, setting.context);
    expect((await driver.prepare(signal())).problems.join()).toContain(problem);
    await driver.close();
    await server.close();
  });
});

describe('told by key presses', () => {
  it('takes each press for the moment', async () => {
    await using setting = await openSetting();
    const keyboard = Object.assign(new PassThrough(), { isTTY: true });
    const driver = await open(
      createNoneDriver(() => keyboard),
      { keys: true },
      setting.context,
    );
    expect((await driver.prepare(signal())).problems).toEqual([]);

    const injecting = driver.inject(signal(2_000));
    keyboard.write('\n');
    const injected = await injecting;
    const holding = driver.hold!(signal(2_000));
    keyboard.write('\n');
    expect((await holding).at).toBeGreaterThanOrEqual(injected.at!);
    await driver.close();
  });

  it('refuses where nobody can press a key, and stops waiting when told to', async () => {
    await using setting = await openSetting();
    const driver = await open(
      createNoneDriver(() => new PassThrough()),
      { keys: true },
      setting.context,
    );
    expect((await driver.prepare(signal())).problems.join()).toContain('needs a person at a terminal');
    await expect(driver.inject(signal(30))).rejects.toThrow();
    await driver.close();
  });
});

it.each([
  ['nobody who tells', {}],
  ['two who tell', { file: '/f', keys: true }],
  ['a pace for key presses', { keys: true, every: '1s' }],
])('refuses %s', (_sentence, config) => {
  expect(problemsOf(none, config)).toHaveLength(1);
});
