import { encode } from '@msgpack/msgpack';
import * as zmq from 'zeromq';
import { bind } from '../lib/zmtp/bind.ts';

type ReplayForm = 'with topic' | 'without topic' | 'silent';

/** A publisher of events on real libzmq, with full control over what is sent, kept and answered. */
export class SmallEngine implements AsyncDisposable {
  readonly events: string;
  readonly replay: string;
  readonly #publisher: zmq.Publisher;
  readonly #router: zmq.Router;
  readonly #form: ReplayForm;
  readonly kept = new Map<bigint, Buffer>();
  next = 0n;
  /** How far the engine's clock is off. */
  clockAheadMs = 0;

  constructor(publisher: zmq.Publisher, router: zmq.Router, form: ReplayForm, endpoints: [string, string]) {
    this.#publisher = publisher;
    this.#router = router;
    this.#form = form;
    [this.events, this.replay] = endpoints;
    if (form !== 'silent') void this.#serveReplays();
  }

  static async start(
    form: ReplayForm = 'with topic',
    at?: Pick<SmallEngine, 'events' | 'replay'>,
  ): Promise<SmallEngine> {
    const publisher = new zmq.Publisher({ linger: 0 });
    const router = new zmq.Router({ linger: 0 });
    try {
      const endpoints: [string, string] = [await bind(publisher, at?.events), await bind(router, at?.replay)];
      return new SmallEngine(publisher, router, form, endpoints);
    } catch (error) {
      publisher.close();
      router.close();
      throw error;
    }
  }

  /** Publishes batches in order. A lost one is only kept for replay; a vanished one not even that. */
  async publish(count: number, fate: { lost?: number[]; vanished?: number[] } = {}): Promise<void> {
    for (let index = 0; index < count; index++) {
      const seq = this.next++;
      const stamp = (Date.now() + this.clockAheadMs) / 1000;
      const payload = Buffer.from(
        encode([stamp, [['BlockStored', [2n ** 63n + seq], null, [1], 1, null]], 0], { useBigInt64: true }),
      );
      if (!fate.vanished?.includes(Number(seq))) this.kept.set(seq, payload);
      if (![...(fate.lost ?? []), ...(fate.vanished ?? [])].includes(Number(seq))) await this.send(seq, payload);
    }
  }

  async send(seq: bigint, payload: Buffer): Promise<void> {
    await this.#publisher.send(['', bytesOf(seq), payload]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#publisher.close();
    this.#router.close();
  }

  async #serveReplays(): Promise<void> {
    const topic = this.#form === 'with topic' ? [''] : [];
    for await (const [peer, , start] of this.#router) {
      const from = start!.readBigUInt64BE();
      for (const [seq, payload] of this.kept)
        if (seq >= from) await this.#router.send([peer!, '', ...topic, bytesOf(seq), payload]);
      await this.#router.send([peer!, '', ...topic, Buffer.alloc(8, 255), '']);
    }
  }
}

function bytesOf(seq: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(seq);
  return bytes;
}
