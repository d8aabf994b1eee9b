import type { KubeObject } from '../../clients/kubernetes/client.ts';
import { isFields } from './manifest.ts';

const RECORDS_LIMIT = 2_000;

/** What Chaos Mesh wrote down about one target: the only place where it says what really happened to it. */
export interface TargetRecord {
  /** `namespace/pod` or `namespace/pod/container`. */
  id: string;
  namespace: string;
  pod: string;
  container?: string;
  key: string;
  phase: string;
  injectedCount: number;
  recoveredCount: number;
  /** Messages of its failures, the oldest first. */
  failures: string[];
  /** RFC 3339, in whole seconds, of the server's clock. */
  firstApplied?: string;
  firstRecovered?: string;
}

/** The status of an experiment, as far as it can be believed. */
export interface ChaosStatus {
  desiredPhase: string | undefined;
  records: TargetRecord[];
}

export function readStatus({ status }: KubeObject): ChaosStatus {
  const experiment = isFields(status) && isFields(status['experiment']) ? status['experiment'] : {};
  const records = Array.isArray(experiment['containerRecords']) ? experiment['containerRecords'] : [];
  const desiredPhase = experiment['desiredPhase'];
  return {
    desiredPhase: typeof desiredPhase === 'string' ? desiredPhase : undefined,
    records: records.filter(isFields).slice(0, RECORDS_LIMIT).map(readRecord),
  };
}

function readRecord(record: Record<string, unknown>): TargetRecord {
  const id = String(record['id'] ?? '');
  const [namespace = '', pod = '', container] = id.split('/');
  const events = (Array.isArray(record['events']) ? record['events'] : []).filter(isFields);
  const stamp = (operation: string) =>
    events.find((event) => event['type'] === 'Succeeded' && event['operation'] === operation)?.['timestamp'];
  const [firstApplied, firstRecovered] = [stamp('Apply'), stamp('Recover')];
  return {
    id,
    namespace,
    pod,
    ...(container === undefined ? {} : { container }),
    key: String(record['selectorKey'] ?? ''),
    phase: String(record['phase'] ?? ''),
    injectedCount: count(record['injectedCount']),
    recoveredCount: count(record['recoveredCount']),
    failures: events.filter((event) => event['type'] === 'Failed').map((event) => String(event['message'] ?? '')),
    ...(typeof firstApplied === 'string' ? { firstApplied } : {}),
    ...(typeof firstRecovered === 'string' ? { firstRecovered } : {}),
  };
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

/** Every target was hit, and there was one. The conditions AllInjected and AllRecovered say less: they are never asked. */
export function isInjected({ records }: ChaosStatus): boolean {
  return records.some(({ key }) => key === '.') && records.every(({ injectedCount }) => injectedCount >= 1);
}

/** The fault was taken back from each target that had it. */
export function isRecovered({ desiredPhase, records }: ChaosStatus): boolean {
  return desiredPhase === 'Stop' && records.length > 0 && records.every(isTakenBack);
}

function isTakenBack({ phase, injectedCount, recoveredCount }: TargetRecord): boolean {
  return phase === 'Not Injected' && recoveredCount >= Math.min(1, injectedCount);
}

/** Some target has the fault now, or Chaos Mesh is at it. */
export function isActive({ records }: ChaosStatus): boolean {
  return records.some(({ phase }) => phase !== 'Not Injected');
}

/** Some target ever had it. */
export function wasInjected({ records }: ChaosStatus): boolean {
  return records.some(({ injectedCount }) => injectedCount >= 1);
}

/** What was written down last about a target that could not be hit. */
export function lastFailure({ records }: ChaosStatus): string | undefined {
  return records.find(({ injectedCount, failures }) => injectedCount === 0 && failures.length > 0)?.failures.at(-1);
}
