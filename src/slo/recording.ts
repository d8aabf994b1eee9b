import { Column } from './column.ts';
import type {
  ChaosEvent,
  Entry,
  Final,
  GateDecision,
  Header,
  Offset,
  ProberTrouble,
  Reference,
  RunEnd,
  VantageBoot,
} from './model/entry.ts';

/**
 * A timeline in the form in which the judge reads it: samples by column, the rare entries as they are. Built entry by entry, live or
 * from a file; the order of entries is the order of recording.
 */
export class Recording {
  header: Header | undefined;
  end: RunEnd | undefined;
  /** The greatest moment that any entry speaks of; where a cut recording ends. */
  lastOffset: Offset = 0;
  /** Problems that the reader met: a cut last line, a damaged line. */
  readonly problems: string[] = [];
  readonly chaos: ChaosEvent[] = [];
  readonly gates: GateDecision[] = [];
  readonly boots: VantageBoot[] = [];
  readonly finals: Final[] = [];
  readonly troubles: ProberTrouble[] = [];
  readonly references = new Map<string, Reference>();
  private readonly columns = new Map<string, Map<string, Column>>();

  static of(entries: Iterable<Entry>): Recording {
    const recording = new Recording();
    for (const entry of entries) recording.add(entry);
    return recording;
  }

  add(entry: Entry): void {
    switch (entry.type) {
      case 'sample':
        this.column(entry.probe, entry.vantage).addSample(entry);
        this.reach(entry.ended);
        break;
      case 'gap':
        this.column(entry.probe, entry.vantage).addGap(entry);
        this.reach(entry.due);
        break;
      case 'final':
        this.finals.push(entry);
        this.reach(entry.covers[1]);
        break;
      case 'chaos':
        this.chaos.push(entry);
        this.reach(entry.at);
        break;
      case 'gate':
        this.gates.push(entry);
        this.reach(entry.at);
        break;
      case 'reference':
        this.references.set(entry.of, entry);
        break;
      case 'vantage':
        this.boots.push(entry);
        break;
      case 'prober':
        this.troubles.push(entry);
        this.reach(entry.to);
        break;
      case 'header':
        this.header = entry;
        break;
      case 'end':
        this.end = entry;
        this.reach(entry.at);
        break;
    }
  }

  /** What a probe brought from a vantage; an empty column if nothing came. */
  column(probe: string, vantage: string): Column {
    let byVantage = this.columns.get(probe);
    if (!byVantage) {
      byVantage = new Map();
      this.columns.set(probe, byVantage);
    }
    let column = byVantage.get(vantage);
    if (!column) {
      column = new Column(probe, vantage);
      byVantage.set(vantage, column);
    }
    return column;
  }

  eventsOf(experiment: string): ChaosEvent[] {
    return this.chaos.filter((event) => event.experiment === experiment);
  }

  private reach(offset: Offset): void {
    if (offset > this.lastOffset) this.lastOffset = offset;
  }
}
