interface Stage {
  stop(): Promise<unknown>;
}

/** Stages that are all alike. Each belongs to one test at a time, so that tests that mostly wait can run beside each other. */
export class Pool<Kind extends Stage> {
  readonly #stages: Kind[];
  readonly #free: Kind[];
  readonly #waiting: ((stage: Kind) => void)[] = [];

  private constructor(stages: Kind[]) {
    this.#stages = stages;
    this.#free = [...stages];
  }

  /** Starts all at once; where one cannot start, the others are stopped. */
  static async of<Kind extends Stage>(size: number, start: (number: number) => Promise<Kind>): Promise<Pool<Kind>> {
    const stages: Kind[] = [];
    const starts = Array.from({ length: size }, async (_, number) => void stages.push(await start(number)));
    const results = await Promise.allSettled(starts);
    const pool = new Pool(stages);
    const failure = results.find((result) => result.status === 'rejected');
    if (failure === undefined) return pool;
    await pool.stop();
    throw failure.reason;
  }

  /** Does the work on a stage that nothing else uses meanwhile; waits for one. */
  async use<Result>(work: (stage: Kind) => Promise<Result>): Promise<Result> {
    const stage = this.#free.shift() ?? (await new Promise<Kind>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(stage);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(stage);
      else this.#free.push(stage);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#stages.map((stage) => stage.stop()));
  }
}
