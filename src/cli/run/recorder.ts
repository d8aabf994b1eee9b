import { type Mask, maskValue } from '../../plan/mask.ts';
import type { Entry } from '../../slo/model/entry.ts';
import { Recording } from '../../slo/recording.ts';
import type { Journal } from '../../timeline/journal.ts';

/** Everything recorded goes through here once: masked, to the disk first, then to whoever watches. */
export interface Recorder {
  recording: Recording;
  record(entry: Entry): void;
  sync(): Promise<void>;
}

export function createRecorder(
  journal: Journal,
  mask: Mask | undefined,
  watchers: readonly ((entry: Entry) => void)[],
): Recorder {
  const recording = new Recording();
  return {
    recording,
    record(entry) {
      const masked = mask ? (maskValue(entry, mask) as Entry) : entry;
      journal.append(masked);
      recording.add(masked);
      for (const watch of watchers) watch(masked);
    },
    sync: () => journal.sync(),
  };
}
