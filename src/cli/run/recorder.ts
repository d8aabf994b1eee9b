import type { Log } from '../../clients/log.ts';
import type { Mask } from '../../plan/mask.ts';
import type { Entry } from '../../slo/model/entry.ts';
import { Recording } from '../../slo/recording.ts';
import type { Journal } from '../../timeline/journal.ts';
import { maskEntry } from './masking.ts';

/** Everything recorded goes through here once: masked, to the judge, to whoever watches, to the disk. */
export interface Recorder {
  recording: Recording;
  /** Throws once the disk does not take it. It is judged all the same: that a fault was left behind must not depend on a disk. */
  record(entry: Entry): void;
  sync(): Promise<void>;
}

export function createRecorder(
  journal: Journal,
  mask: Mask | undefined,
  watchers: readonly ((entry: Entry) => void)[],
  log: Log,
): Recorder {
  const recording = new Recording();
  const watching = new Set(watchers);
  const tell = (watch: (entry: Entry) => void, entry: Entry) => {
    try {
      watch(entry);
    } catch (error) {
      watching.delete(watch);
      log.error({ error: String(error) }, 'a display or an exporter failed, and is told nothing more of this run');
    }
  };
  return {
    recording,
    record(entry) {
      const masked = maskEntry(entry, mask);
      recording.add(masked);
      for (const watch of watching) tell(watch, masked);
      journal.append(masked);
    },
    sync: () => journal.sync(),
  };
}
