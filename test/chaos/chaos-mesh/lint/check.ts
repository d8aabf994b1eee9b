import { expect, it } from 'vitest';
import { manifest, said } from './manifests.ts';

/** The sound manifest that is changed, the changes, and each thing that is then said. */
type Case = [base: string, changes: Record<string, unknown>, expected: RegExp[]];

/** A test for each sentence. */
export function check(cases: Record<string, Case>): void {
  for (const [sentence, [base, changes, expected]] of Object.entries(cases))
    it(sentence, () => {
      const lines = said(manifest(base, changes));

      expect(lines).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
    });
}
