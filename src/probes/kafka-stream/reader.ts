import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, ClusterMetadata, fetchV17 } from '@platformatic/kafka';
import type { Offset } from '../../slo/model/entry.ts';
import type { Link } from '../lib/kafka/link.ts';
import { chooseFetch, type Described, describeTopics, fetchFrom, listOffsets } from './broker-reads.ts';
import type { StreamRecord } from './field.ts';
import { type Position, Positions } from './positions.ts';
import { fetchTrouble, OFFSET_OUT_OF_RANGE, readTrouble } from './trouble.ts';
import { visibleRecords } from './visible-records.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
const LOOK_FOR_CHANGES_MS = 10_000;

interface Setting {
  library: typeof import('@platformatic/kafka');
  link: Link<Admin>;
  topics: readonly string[];
  committed: boolean;
  now(): Offset;
  random(): number;
  record(record: StreamRecord, at: Offset): void;
}

/**
 * Reads topics from their ends on, without a group: each broker is asked on its own for the partitions that it leads, so that a silent one
 * holds up nobody else. Each request ends by the client's own time-out.
 */
export class Reader {
  readonly positions = new Positions();
  readonly #setting: Setting;
  readonly #stop = new AbortController();
  readonly #followed = new Set<number>();
  #fetch: Awaited<ReturnType<typeof chooseFetch>> | undefined;
  #brokers: ClusterMetadata['brokers'] = new Map();
  #joinTrouble: string | undefined;
  #looking: Promise<void> | undefined;

  constructor(setting: Setting) {
    this.#setting = setting;
    void this.#run();
  }

  /** The positions are known: what is written from now on will be read. */
  get joined(): boolean {
    return this.#fetch !== undefined;
  }

  get trouble(): string | undefined {
    return this.#joinTrouble ?? this.positions.trouble;
  }

  close(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.joined && !this.#stop.signal.aborted; failures++) {
      await this.#join().catch((error) => {
        this.#joinTrouble = readTrouble(error);
      });
      if (!this.joined) await this.#pause(failures);
    }
    this.#followLeaders();
    while (!this.#stop.signal.aborted) {
      await this.#sleep(LOOK_FOR_CHANGES_MS);
      await this.#look();
    }
  }

  async #join(): Promise<void> {
    const { library, topics } = this.#setting;
    const fetch = await this.#ask((admin) => chooseFetch(library, admin));
    const { partitions, brokers } = await this.#ask((admin) => describeTopics(admin, topics));
    const endOf = await this.#ask((admin) => listOffsets(admin, partitions, 'end'));
    for (const each of partitions) this.positions.put({ ...each, next: endOf(each), behind: 0 });
    this.positions.breakAt(this.#setting.now());
    this.#brokers = brokers;
    this.#joinTrouble = undefined;
    this.#fetch = fetch;
  }

  #followLeaders(): void {
    for (const leader of new Set(this.positions.all.map(({ leader }) => leader)))
      if (!this.#followed.has(leader)) void this.#follow(leader);
  }

  async #follow(leader: number): Promise<void> {
    this.#followed.add(leader);
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      const positions = this.positions.at(leader).toSorted(longestUnreadFirst);
      if (positions.length === 0) break;
      const clean = await this.#read(leader, positions);
      if (clean) failures = 0;
      else {
        await this.#pause(failures++);
        await this.#look();
      }
    }
    this.#followed.delete(leader);
  }

  /** False where something is wrong with any of the partitions. */
  async #read(leader: number, positions: readonly Position[]): Promise<boolean> {
    const askedAt = this.#setting.now();
    try {
      const broker = this.#brokers.get(leader);
      const { committed } = this.#setting;
      const answer = await this.#ask((admin) => fetchFrom(admin, this.#fetch!, broker, positions, committed));
      return await this.#takeIn(answer, positions, askedAt);
    } catch (error) {
      for (const position of positions) position.trouble = readTrouble(error);
      return false;
    }
  }

  async #takeIn(answer: fetchV17.FetchResponse, positions: readonly Position[], askedAt: Offset): Promise<boolean> {
    let clean = true;
    for (const { topicId, partitions } of answer.responses)
      for (const fetched of partitions) {
        const position = positions.find(
          (each) => each.topicId === topicId && each.partition === fetched.partitionIndex,
        );
        if (!position) continue;
        if (fetched.errorCode === 0) this.#advance(position, fetched, askedAt);
        else {
          clean = false;
          position.trouble = fetchTrouble(fetched.errorCode);
          if (fetched.errorCode === OFFSET_OUT_OF_RANGE) await this.#jump(position);
        }
      }
    return clean;
  }

  #advance(position: Position, fetched: fetchV17.FetchResponsePartition, askedAt: Offset): void {
    const { committed, now, record } = this.#setting;
    const { records, next } = visibleRecords(position.topic, fetched, position.next, committed);
    const at = now();
    for (const each of records) record(each, at);
    position.next = next;
    position.behind = Math.max(0, Number(fetched.highWatermark - next));
    delete position.trouble;
    const readable = committed ? fetched.lastStableOffset : fetched.highWatermark;
    if (next >= readable) position.knownTo = askedAt;
  }

  /** What lies between is gone, or what was read is no longer there: either way nobody knows what was missed. */
  async #jump(position: Position): Promise<void> {
    const first = (await this.#ask((admin) => listOffsets(admin, [position], 'first')))(position);
    const end = (await this.#ask((admin) => listOffsets(admin, [position], 'end')))(position);
    const reason =
      position.next < first
        ? 'records were deleted before they were read'
        : 'the log has become shorter: records were lost';
    position.next = position.next < first ? first : end;
    delete position.knownTo;
    this.#breakWith(`${position.topic}-${position.partition}: ${reason}`);
  }

  /** Finds new leaders, new partitions and topics that were made anew. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    try {
      const { partitions, brokers } = await this.#ask((admin) => describeTopics(admin, this.#setting.topics));
      this.#brokers = brokers;
      for (const [topic, those] of Map.groupBy(partitions, (each) => each.topic)) this.#adopt(topic, those);
      this.#followLeaders();
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const text = readTrouble(error);
      for (const position of this.positions.all) if (position.trouble !== undefined) position.trouble = text;
    }
  }

  #adopt(topic: string, described: readonly Described[]): void {
    const known = this.positions.of(topic);
    const anew = known.some(({ topicId }) => topicId !== described[0]?.topicId);
    if (anew) {
      for (const position of known) this.positions.remove(position);
      this.#breakWith(`topic ${topic} was made anew`);
    }
    for (const each of described) {
      const position = this.positions.get(topic, each.partition);
      if (position) position.leader = each.leader;
      else this.positions.put({ ...each, next: 0n, behind: 0 });
    }
  }

  #breakWith(reason: string): void {
    this.positions.breakAt(this.#setting.now(), reason);
  }

  #ask<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    return this.#setting.link.call(this.#stop.signal, work);
  }

  #pause(failures: number): Promise<unknown> {
    const longest = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
    return this.#sleep(longest * (0.5 + this.#setting.random() / 2));
  }

  #sleep(ms: number): Promise<unknown> {
    return sleep(ms, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
  }
}

function longestUnreadFirst(a: Position, b: Position): number {
  return (a.knownTo ?? 0) - (b.knownTo ?? 0);
}
