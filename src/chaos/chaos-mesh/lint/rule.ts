import type { LintSetting } from '../../contract.ts';
import type { Manifest, ManifestFault } from '../manifest.ts';
import type { Findings } from './findings.ts';

/** What a rule about one fault of a manifest sees. */
export interface FaultSubject {
  manifest: Manifest;
  fault: ManifestFault;
  setting: LintSetting;
  findings: Findings;
}
