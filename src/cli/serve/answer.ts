import { metricsText } from './metrics-text.ts';
import type { AskedPlan, Question } from './questions.ts';
import type { Station } from './station.ts';

/** What somebody who asked gets. */
export interface Answer {
  status: number;
  type: string;
  text: string;
}

const PLAIN = 'text/plain; charset=utf-8';

/** What one process serves: a station for each plan, at least one. */
export type Stations = readonly [Station, ...Station[]];

/** Answers a question that came at `received`; `gone` aborts when nobody waits for the answer any more. */
export async function answerTo(
  question: Question,
  stations: Stations,
  received: number,
  gone: AbortSignal,
): Promise<Answer> {
  switch (question.what) {
    case 'timeline': {
      const station = stationFor(question.plan, stations);
      await station.untilNews(question.since, question.waitMs, gone);
      return { status: 200, type: 'application/x-ndjson', text: station.timeline(question.since, received) };
    }
    case 'clock':
      return json(stations[0].clock(received));
    case 'drain':
      return json(await stationFor(question.plan, stations).drain(question.after, question.patienceMs, gone));
    case 'metrics':
      return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', text: metricsText(stations) };
    case 'health':
      return { status: 200, type: PLAIN, text: 'ok\n' };
    case 'readiness':
      return stations[0].stopping
        ? { status: 503, type: PLAIN, text: 'it is ending\n' }
        : { status: 200, type: PLAIN, text: 'ready\n' };
    case 'nonsense':
      return { status: question.status, type: PLAIN, text: `${question.text}\n` };
  }
}

/** Whose plan is not served here hears of one that is, and knows by its header that it is another. */
function stationFor({ name, digest }: AskedPlan, stations: Stations): Station {
  const same = stations.find(({ parts }) => parts.plan.digest === digest);
  return same ?? stations.find(({ parts }) => parts.plan.name === name) ?? stations[0];
}

function json(value: unknown): Answer {
  return { status: 200, type: 'application/json', text: JSON.stringify(value) };
}
