import { describe, expect, it } from 'vitest';
import { createRecorder } from '../../src/cli/run/recorder.ts';
import { type Log, silentLog } from '../../src/clients/log.ts';
import { maskOf } from '../../src/plan/mask.ts';
import type { ChaosEvent, Entry } from '../../src/slo/model/entry.ts';
import type { Journal } from '../../src/timeline/journal.ts';

const leftBehind: ChaosEvent = { type: 'chaos', experiment: 'kafka-cut', at: 1, state: 'left-behind', reason: 'kafka' };

function recorder({ journal = () => {}, watchers = [] as ((entry: Entry) => void)[], secrets = [] as string[] }) {
  const problems: string[] = [];
  const log: Log = { ...silentLog, error: (_fields, message) => void problems.push(message) };
  const disk = { append: journal } as unknown as Journal;
  return { ...createRecorder(disk, secrets.length > 0 ? maskOf(secrets) : undefined, watchers, log), problems };
}

function full(): never {
  throw new Error('ENOSPC');
}

describe('recording', () => {
  it('judges and shows what a full disk does not take', () => {
    const shown: Entry[] = [];
    const { record, recording } = recorder({ journal: full, watchers: [(entry) => shown.push(entry)] });

    expect(() => record(leftBehind)).toThrow('ENOSPC');
    expect(recording.chaos).toEqual([leftBehind]);
    expect(shown).toEqual([leftBehind]);
  });

  it('goes on when an exporter or the display throws, and says so once', () => {
    const shown: Entry[] = [];
    const { record, recording, problems } = recorder({ watchers: [full, (entry) => shown.push(entry)] });

    record(leftBehind);
    record(leftBehind);

    expect(recording.chaos).toHaveLength(2);
    expect(shown).toHaveLength(2);
    expect(problems).toEqual(['a display or an exporter failed, and is told nothing more of this run']);
  });

  it('masks texts, and neither names nor numbers nor words of ours', () => {
    const { record, recording } = recorder({ secrets: ['kafka', 'left', '0.5', 'mechanism'] });

    record({ ...leftBehind, evidence: [{ of: 'mechanism', holds: true, text: 'kafka left', values: { load: 0.5 } }] });
    const series = [{ labels: { experiment: 'kafka' }, values: [[1, '0.5']] as [number, string][] }];
    const asked = { start: '', end: '', step: 1, query: 'up{a="kafka"}' };
    record({ type: 'reference', of: 'baseline:kafka', source: 'kafka', ...asked, series });

    expect(recording.chaos).toEqual([
      {
        ...leftBehind,
        reason: '***',
        evidence: [{ of: 'mechanism', holds: true, text: '*** ***', values: { load: 0.5 } }],
      },
    ]);
    expect(recording.references.get('baseline:kafka')).toMatchObject({
      source: 'kafka',
      query: 'up{a="***"}',
      series: [{ labels: { experiment: '***' }, values: [[1, '0.5']] }],
    });
  });
});
