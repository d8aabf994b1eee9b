import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What has to answer before a server counts as running; plain data, so that a launch file can hold it. */
export type Readiness = { kind: 'http'; url: string } | { kind: 'kafka'; broker: string };

const checks: { [kind in Readiness['kind']]: (readiness: Extract<Readiness, { kind: kind }>) => Promise<void> } = {
  http: ({ url }) => expectHttpSuccess(url),
  kafka: ({ broker }) => expectKafkaMetadata(broker),
};

/** Asks again and again until the server answers; rejects at the deadline or when `stillWorth` throws. */
export async function untilReady(readiness: Readiness, deadlineMs: number, stillWorth: () => void): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    stillWorth();
    try {
      return await answers(readiness);
    } catch (error) {
      if (performance.now() > end) throw new Error(`not ready after ${deadlineMs} ms: ${String(error)}`);
    }
    await sleep(50);
  }
}

function answers(readiness: Readiness): Promise<void> {
  return readiness.kind === 'http' ? checks.http(readiness) : checks.kafka(readiness);
}

function expectHttpSuccess(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { timeout: 2_000, agent: false }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`${url} answers ${response.statusCode}`));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${url} does not answer`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

async function expectKafkaMetadata(broker: string): Promise<void> {
  const { Admin } = await import('@platformatic/kafka');
  const admin = new Admin({ clientId: 'lab-ready', bootstrapBrokers: [broker], retries: 0, timeout: 2_000 });
  try {
    await admin.listTopics();
  } finally {
    await admin.close();
  }
}
