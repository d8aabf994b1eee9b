import { metricsText } from './metrics-text.ts';
import type { Question } from './questions.ts';
import type { Station } from './station.ts';

/** What somebody who asked gets. */
export interface Answer {
  status: number;
  type: string;
  text: string;
}

const PLAIN = 'text/plain; charset=utf-8';

/** Answers a question that came at `received`; `gone` aborts when nobody waits for the answer any more. */
export async function answerTo(
  question: Question,
  station: Station,
  received: number,
  gone: AbortSignal,
): Promise<Answer> {
  switch (question.what) {
    case 'timeline':
      await station.untilNews(question.since, question.waitMs, gone);
      return { status: 200, type: 'application/x-ndjson', text: station.timeline(question.since, received) };
    case 'clock':
      return json(station.clock(received));
    case 'drain':
      return json(await station.drain(question.after, question.patienceMs, gone));
    case 'metrics':
      return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', text: metricsText(station) };
    case 'health':
      return { status: 200, type: PLAIN, text: 'ok\n' };
    case 'readiness':
      return station.stopping
        ? { status: 503, type: PLAIN, text: 'it is ending\n' }
        : { status: 200, type: PLAIN, text: 'ready\n' };
    case 'nonsense':
      return { status: question.status, type: PLAIN, text: `${question.text}\n` };
  }
}

function json(value: unknown): Answer {
  return { status: 200, type: 'application/json', text: JSON.stringify(value) };
}
