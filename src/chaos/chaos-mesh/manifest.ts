/**
 * What a Chaos Mesh manifest says, as far as we need to know it. Nothing here trusts it: whatever is not as it should be is left out, and
 * the lint and the cluster's own webhooks say what is wrong.
 */

export const CHAOS_MESH_API = 'chaos-mesh.org/v1alpha1';

/** Kinds of faults that this program knows how to prove; others pass with a note. */
export const KNOWN_KINDS = [
  'PodChaos',
  'NetworkChaos',
  'StressChaos',
  'IOChaos',
  'TimeChaos',
  'HTTPChaos',
  'DNSChaos',
] as const;

/** Kinds of faults that Chaos Mesh has besides. They do not select pods as the others do, or need what we cannot look at. */
export const OTHER_KINDS = [
  'AWSChaos',
  'AzureChaos',
  'BlockChaos',
  'GCPChaos',
  'JVMChaos',
  'KernelChaos',
  'PhysicalMachineChaos',
] as const;

/** One place in a document: keys and indices from its root. */
export type ManifestPath = readonly (string | number)[];

export type Fields = Record<string, unknown>;

/** A Chaos Mesh object as somebody wrote it: one fault, a Workflow or a Schedule. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name?: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec: Fields;
}

/** A fault that a manifest asks for: itself, or one template of a Workflow, or what a Schedule makes. */
export interface ManifestFault {
  /** Of the template where there is one, else of the object. */
  name: string;
  kind: string;
  /** `pod-kill`, `partition`, `latency` ...; `undefined` where the kind has none (StressChaos, TimeChaos, HTTPChaos). */
  action?: string;
  spec: Fields;
  /** Where `spec` is in the manifest. */
  path: ManifestPath;
  /** Go duration text, as written: `deadline` of a template, else `duration`. */
  lasts?: string;
}

/** One of the selectors of a fault, under the key that the records of its status use. */
export interface TargetSelector {
  key: '.' | '.Target';
  mode: string | undefined;
  value: string | undefined;
  selector: PodSelector;
  containerNames: string[];
  /** Where `selector` is in the manifest. */
  path: ManifestPath;
}

/** The fields of `selector` by which Chaos Mesh finds pods; what is absent does not narrow. */
export interface PodSelector {
  namespaces: string[];
  labelSelectors: Record<string, string>;
  expressionSelectors: { key: string; operator: string; values: string[] }[];
  annotationSelectors: Record<string, string>;
  fieldSelectors: Record<string, string>;
  podPhaseSelectors: string[];
  nodeSelectors: Record<string, string>;
  nodes: string[];
  /** Namespace to names; where it is given Chaos Mesh looks at nothing else. */
  pods: Record<string, string[]>;
}

/** True for what can be taken for an object of Chaos Mesh at all. */
export function isManifest(value: unknown): value is Manifest {
  if (!isFields(value)) return false;
  const { apiVersion, kind, metadata, spec } = value;
  return apiVersion === CHAOS_MESH_API && typeof kind === 'string' && isFields(metadata) && isFields(spec);
}

/** Every fault that the manifest may bring about, in the order in which it names them. */
export function faultsOf(manifest: Manifest): ManifestFault[] {
  const { kind, metadata, spec } = manifest;
  if (kind === 'Workflow') return templateFaults(spec, ['spec']);
  if (kind === 'Schedule') return scheduledFaults(spec, metadata.name ?? '');
  const lasts = text(spec['duration']);
  return [fault(metadata.name ?? '', kind, spec, ['spec'], lasts)];
}

function templateFaults(spec: Fields, path: ManifestPath): ManifestFault[] {
  return list(spec['templates']).flatMap((template, index) => {
    const kind = isFields(template) ? text(template['templateType']) : undefined;
    if (!isFields(template) || !kind) return [];
    const inner = kind === 'Schedule' ? template['schedule'] : template;
    const at = [...path, 'templates', index, ...(kind === 'Schedule' ? ['schedule'] : [])];
    const chaosKind = kind === 'Schedule' && isFields(inner) ? text(inner['type']) : kind;
    if (!isFields(inner) || !chaosKind || !isChaosKind(chaosKind)) return [];
    return embedded(text(template['name']) ?? '', chaosKind, inner, at, text(template['deadline']));
  });
}

function scheduledFaults(spec: Fields, name: string): ManifestFault[] {
  const kind = text(spec['type']);
  if (kind === 'Workflow')
    return isFields(spec['workflow']) ? templateFaults(spec['workflow'], ['spec', 'workflow']) : [];
  return kind ? embedded(name, kind, spec, ['spec']) : [];
}

function embedded(name: string, kind: string, holder: Fields, path: ManifestPath, deadline?: string): ManifestFault[] {
  const key = specKeyOf(kind);
  const spec = holder[key];
  if (!isFields(spec)) return [];
  return [fault(name, kind, spec, [...path, key], deadline ?? text(spec['duration']))];
}

function fault(name: string, kind: string, spec: Fields, path: ManifestPath, lasts?: string): ManifestFault {
  const action = text(spec['action']);
  return {
    name,
    kind,
    ...(action === undefined ? {} : { action }),
    spec,
    path,
    ...(lasts === undefined ? {} : { lasts }),
  };
}

/** What is made in the end: a Schedule's template is one run of it. */
export function madeKindOf({ kind, spec }: Manifest): string {
  return kind === 'Schedule' ? (text(spec['type']) ?? '') : kind;
}

/** Under which key a Workflow's template and a Schedule keep the spec of a kind. */
export function specKeyOf(kind: string): string {
  if (kind === 'PhysicalMachineChaos') return 'physicalmachineChaos';
  const head = /^[A-Z]+(?=[A-Z][a-z])/.exec(kind)?.[0] ?? kind.slice(0, 1);
  return head.toLowerCase() + kind.slice(head.length);
}

export function isChaosKind(kind: string): boolean {
  return ([...KNOWN_KINDS, ...OTHER_KINDS] as string[]).includes(kind);
}

/** The name of a kind in the API's paths. */
export function pluralOf(kind: string): string {
  return kind.endsWith('Chaos') ? kind.toLowerCase() : `${kind.toLowerCase()}s`;
}

/** True where a fault strikes once: it has no duration and is never recovered. */
export function isOneShotFault({ kind, action }: Pick<ManifestFault, 'kind' | 'action'>): boolean {
  return kind === 'PodChaos' && (action === 'pod-kill' || action === 'container-kill');
}

/** True where all that the manifest does strikes once. A Workflow ends by itself instead. */
export function isOneShotManifest(manifest: Manifest): boolean {
  if (madeKindOf(manifest) === 'Workflow') return false;
  const faults = faultsOf(manifest);
  return faults.length > 0 && faults.every(isOneShotFault);
}

/** The selectors by which a fault finds its pods. `ownNamespace` is meant where a selector names none. */
export function selectorsOf({ kind, spec, path }: ManifestFault, ownNamespace: string): TargetSelector[] {
  if (!(KNOWN_KINDS as readonly string[]).includes(kind)) return [];
  const found = [selectorIn(spec, path, '.', ownNamespace)];
  const target = kind === 'NetworkChaos' ? spec['target'] : undefined;
  if (isFields(target)) found.push(selectorIn(target, [...path, 'target'], '.Target', ownNamespace));
  return found;
}

function selectorIn(holder: Fields, path: ManifestPath, key: '.' | '.Target', ownNamespace: string): TargetSelector {
  const value = holder['value'];
  return {
    key,
    mode: text(holder['mode']),
    value: typeof value === 'number' ? String(value) : text(value),
    selector: readSelector(isFields(holder['selector']) ? holder['selector'] : {}, ownNamespace),
    containerNames: texts(holder['containerNames']),
    path: [...path, 'selector'],
  };
}

function readSelector(fields: Fields, ownNamespace: string): PodSelector {
  const namespaces = texts(fields['namespaces']);
  return {
    namespaces: namespaces.length > 0 ? namespaces : [ownNamespace],
    labelSelectors: textMap(fields['labelSelectors']),
    expressionSelectors: list(fields['expressionSelectors'])
      .filter(isFields)
      .map(({ key, operator, values }) => ({
        key: text(key) ?? '',
        operator: text(operator) ?? '',
        values: texts(values),
      })),
    annotationSelectors: textMap(fields['annotationSelectors']),
    fieldSelectors: textMap(fields['fieldSelectors']),
    podPhaseSelectors: texts(fields['podPhaseSelectors']),
    nodeSelectors: textMap(fields['nodeSelectors']),
    nodes: texts(fields['nodes']),
    pods: Object.fromEntries(
      Object.entries(isFields(fields['pods']) ? fields['pods'] : {}).map(([namespace, names]) => [
        namespace,
        texts(names),
      ]),
    ),
  };
}

/** Every namespace in which some selector of the manifest looks for pods, sorted: where the fault acts. */
export function targetNamespacesOf(manifest: Manifest, ownNamespace: string): string[] {
  const selectors = faultsOf(manifest).flatMap((each) => selectorsOf(each, ownNamespace));
  return [...new Set(selectors.flatMap(({ selector }) => namespacesOf(selector)))].sort();
}

/** Chaos Mesh looks at named pods alone where there are any. */
export function namespacesOf({ pods, namespaces }: PodSelector): string[] {
  const named = Object.keys(pods);
  return named.length > 0 ? named : namespaces;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function texts(value: unknown): string[] {
  return list(value).filter((item) => typeof item === 'string');
}

function textMap(value: unknown): Record<string, string> {
  const entries = Object.entries(isFields(value) ? value : {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
