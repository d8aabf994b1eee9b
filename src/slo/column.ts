import type { Gap, Offset, Outcome, Sample, SamplePart } from './model/entry.ts';

/** What a row says: the three outcomes, or a gap. */
export const GOOD = 0;
export const BAD = 1;
export const UNKNOWN = 2;
export const GAP = 3;

const CODES: Record<Outcome, number> = { good: GOOD, bad: BAD, unknown: UNKNOWN };
const NO_TEXT = -1;

/** A growing array of numbers without boxes. */
class Numbers {
  private items: Float64Array;

  constructor(capacity: number) {
    this.items = new Float64Array(capacity).fill(Number.NaN);
  }

  set(index: number, value: number): void {
    if (index >= this.items.length) this.grow(index + 1);
    this.items[index] = value;
  }

  get(index: number): number {
    return index < this.items.length ? this.items[index]! : Number.NaN;
  }

  private grow(needed: number): void {
    const larger = new Float64Array(Math.max(needed, this.items.length * 2)).fill(Number.NaN);
    larger.set(this.items);
    this.items = larger;
  }
}

/** Texts that occur again and again, each kept once. */
class Texts {
  private readonly ids = new Map<string, number>();
  private readonly texts: string[] = [];

  idOf(text: string | undefined): number {
    if (text === undefined) return NO_TEXT;
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.texts.push(text) - 1;
      this.ids.set(text, id);
    }
    return id;
  }

  /** Of a text that was never seen: one that no row has. */
  find(text: string): number {
    return this.ids.get(text) ?? this.texts.length;
  }

  textOf(id: number): string | undefined {
    return this.texts[id];
  }
}

/**
 * All that one probe brought from one vantage, stored by column: a million samples take some 50 MB instead of ten times that.
 * Rows stand in the order in which they were recorded; `rowsByDue` gives the order of time.
 */
export class Column {
  readonly probe: string;
  readonly vantage: string;
  length = 0;
  private readonly dues = new Numbers(64);
  private readonly starts = new Numbers(64);
  private readonly ends = new Numbers(64);
  private readonly coverFrom = new Numbers(1);
  private readonly coverTo = new Numbers(1);
  private readonly starved = new Map<number, number>();
  private readonly values = new Map<string, Numbers>();
  private readonly partsOfRow = new Map<number, SamplePart[]>();
  private readonly reasons = new Texts();
  private readonly instances = new Texts();
  private codes = new Uint8Array(64);
  private reasonOfRow = new Int32Array(64);
  /** Stays empty while every row is the runner's. */
  private instanceOfRow = new Int32Array(0);
  private order: Int32Array | undefined;
  private lastDue = Number.NEGATIVE_INFINITY;
  private sorted = true;

  constructor(probe: string, vantage: string) {
    this.probe = probe;
    this.vantage = vantage;
  }

  addSample(sample: Sample): void {
    const row = this.addRow(sample.due, sample.started, sample.ended, outcomeOf(sample), sample.reason);
    if (sample.instance !== undefined) this.setInstance(row, sample.instance);
    for (const name in sample.values) this.valueColumn(name).set(row, sample.values[name]!);
    if (sample.covers) {
      this.coverFrom.set(row, sample.covers[0]);
      this.coverTo.set(row, sample.covers[1]);
    }
    if (sample.parts) this.partsOfRow.set(row, sample.parts);
    if (sample.starvedMs !== undefined) this.starved.set(row, sample.starvedMs);
  }

  addGap(gap: Gap): void {
    const row = this.addRow(gap.due, gap.due, gap.due, GAP, gap.reason);
    if (gap.instance !== undefined) this.setInstance(row, gap.instance);
  }

  due(row: number): Offset {
    return this.dues.get(row);
  }

  started(row: number): Offset {
    return this.starts.get(row);
  }

  ended(row: number): Offset {
    return this.ends.get(row);
  }

  code(row: number): number {
    return this.codes[row]!;
  }

  reason(row: number): string | undefined {
    return this.reasons.textOf(this.reasonOfRow[row]!);
  }

  /** Says of a row whether it came from the instance; one that names none came from the only one there is. */
  isFrom(instance: string): (row: number) => boolean {
    const { instanceOfRow } = this;
    if (instanceOfRow.length === 0) return () => true;
    const wanted = this.instances.find(instance);
    return (row) => row >= instanceOfRow.length || instanceOfRow[row] === NO_TEXT || instanceOfRow[row] === wanted;
  }

  parts(row: number): SamplePart[] | undefined {
    return this.partsOfRow.get(row);
  }

  /** NaN where the row has no such value. */
  value(row: number, name: string): number {
    return this.values.get(name)?.get(row) ?? Number.NaN;
  }

  covers(row: number): [Offset, Offset] | undefined {
    const from = this.coverFrom.get(row);
    return Number.isNaN(from) ? undefined : [from, this.coverTo.get(row)];
  }

  /** How long the prober itself did not run meanwhile, where that counts; else 0. */
  starvedMs(row: number): number {
    return this.starved.get(row) ?? 0;
  }

  /** Rows in the order of their due times. */
  rowsByDue(): Int32Array {
    if (this.order?.length === this.length) return this.order;
    const order = Int32Array.from({ length: this.length }, (_, row) => row);
    if (!this.sorted) order.sort((a, b) => this.due(a) - this.due(b) || a - b);
    this.order = order;
    return order;
  }

  private addRow(due: Offset, started: Offset, ended: Offset, code: number, reason: string | undefined): number {
    const row = this.length++;
    if (row >= this.codes.length) this.growCodes();
    if (due < this.lastDue) this.sorted = false;
    this.lastDue = due;
    this.dues.set(row, due);
    this.starts.set(row, started);
    this.ends.set(row, ended);
    this.codes[row] = code;
    this.reasonOfRow[row] = this.reasons.idOf(reason);
    return row;
  }

  private setInstance(row: number, instance: string): void {
    if (row >= this.instanceOfRow.length) {
      const larger = new Int32Array(this.codes.length).fill(NO_TEXT);
      larger.set(this.instanceOfRow);
      this.instanceOfRow = larger;
    }
    this.instanceOfRow[row] = this.instances.idOf(instance);
  }

  private valueColumn(name: string): Numbers {
    let column = this.values.get(name);
    if (!column) {
      column = new Numbers(64);
      this.values.set(name, column);
    }
    return column;
  }

  private growCodes(): void {
    const codes = new Uint8Array(this.codes.length * 2);
    codes.set(this.codes);
    this.codes = codes;
    const reasons = new Int32Array(codes.length);
    reasons.set(this.reasonOfRow);
    this.reasonOfRow = reasons;
  }
}

/** A sample with parts is good if every part is, bad if one is bad, else unknown. */
function outcomeOf(sample: Sample): number {
  if (!sample.parts || sample.parts.length === 0) return CODES[sample.outcome];
  if (sample.outcome === 'bad' || sample.parts.some((part) => part.outcome === 'bad')) return BAD;
  return sample.outcome === 'good' && sample.parts.every((part) => part.outcome === 'good') ? GOOD : UNKNOWN;
}
