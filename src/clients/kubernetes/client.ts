/** A collection in the API. `group` is empty for the core. */
export interface KubeResource {
  group: string;
  version: string;
  plural: string;
  namespaced: boolean;
}

/** The collections that this program uses; those of Chaos Mesh are made from their kind. */
export const RESOURCES = {
  pods: { group: '', version: 'v1', plural: 'pods', namespaced: true },
  namespaces: { group: '', version: 'v1', plural: 'namespaces', namespaced: false },
  nodes: { group: '', version: 'v1', plural: 'nodes', namespaced: false },
  events: { group: '', version: 'v1', plural: 'events', namespaced: true },
  secrets: { group: '', version: 'v1', plural: 'secrets', namespaced: true },
  services: { group: '', version: 'v1', plural: 'services', namespaced: true },
  deployments: { group: 'apps', version: 'v1', plural: 'deployments', namespaced: true },
  statefulSets: { group: 'apps', version: 'v1', plural: 'statefulsets', namespaced: true },
  daemonSets: { group: 'apps', version: 'v1', plural: 'daemonsets', namespaced: true },
  replicaSets: { group: 'apps', version: 'v1', plural: 'replicasets', namespaced: true },
  podDisruptionBudgets: { group: 'policy', version: 'v1', plural: 'poddisruptionbudgets', namespaced: true },
  leases: { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespaced: true },
  accessReviews: {
    group: 'authorization.k8s.io',
    version: 'v1',
    plural: 'selfsubjectaccessreviews',
    namespaced: false,
  },
  selfReviews: {
    group: 'authentication.k8s.io',
    version: 'v1',
    plural: 'selfsubjectreviews',
    namespaced: false,
  },
  customResourceDefinitions: {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
    namespaced: false,
  },
  validatingWebhooks: {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    plural: 'validatingwebhookconfigurations',
    namespaced: false,
  },
  mutatingWebhooks: {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    plural: 'mutatingwebhookconfigurations',
    namespaced: false,
  },
} as const satisfies Record<string, KubeResource>;

/** What every object has. The rest is unknown until somebody has looked: it came from the network. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: KubeMetadata;
  spec?: unknown;
  status?: unknown;
  [key: string]: unknown;
}

export interface KubeMetadata {
  name?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: { apiVersion?: string; kind?: string; name?: string; uid?: string; controller?: boolean }[];
}

export interface KubeList {
  items: KubeObject[];
  resourceVersion: string;
}

/** Why a call brought nothing. `status`: the server answered with an error of its own. */
export type KubeTroubleCode =
  | 'status'
  | 'timeout'
  | 'unreachable'
  | 'tls'
  | 'malformed'
  | 'too-large'
  | 'credentials'
  | 'aborted';

/** Trouble as data. The message is one short line without secrets. */
export interface KubeTrouble {
  ok: false;
  code: KubeTroubleCode;
  message: string;
  /** Of HTTP, with code `status`. */
  status?: number;
  /** The server's own word: `NotFound`, `AlreadyExists`, `Conflict`, `Forbidden`, `Invalid`, `Expired` ... */
  reason?: string;
  /** How long the server asks us to wait. */
  retryAfterMs?: number;
  /** An earlier repetition of the same request got no clear answer: it may have been carried out, whatever this one says. */
  unsure?: true;
}

export type KubeResult<Value> = { ok: true; value: Value } | KubeTrouble;

/** Where objects lie. `namespace` is left out for what has none, and in a list for all namespaces. */
export interface KubePlace {
  resource: KubeResource;
  namespace?: string | undefined;
}

/** One object. */
export interface KubeRef extends KubePlace {
  name: string;
}

export interface ListQuery {
  labelSelector?: string;
  fieldSelector?: string;
}

export interface CreateOptions {
  /** Asks the server, with its webhooks, and keeps nothing. */
  dryRun?: boolean;
  /** Unknown fields are refused instead of dropped. */
  strict?: boolean;
}

export interface DeleteOptions {
  /** Only this very object, not one that bears its name by now. */
  uid?: string;
  propagation?: 'Foreground' | 'Background' | 'Orphan';
}

/** What `SelfSubjectAccessReview` is asked. */
export interface AccessQuestion {
  verb: string;
  group: string;
  /** Plural, or singular where somebody asks for that. */
  resource: string;
  subresource?: string;
  namespace?: string;
}

/** Something that `follow` learned. `gone` carries the object as it was seen last. */
export interface KubeChange {
  kind: 'present' | 'gone';
  object: KubeObject;
  /** How long ago it may have come about, in ms: since the look before. Absent where a watch told of it at once. */
  lateByMs?: number;
}

/** How `follow` goes about it. */
export interface FollowOptions extends ListQuery {
  /** How often the collection is listed besides the watch, which shows a watch that has gone silent. */
  lookEveryMs?: number;
  /** Told in one line each time the way in which changes come has changed, or is broken. */
  trouble?(trouble: KubeTrouble): void;
}

/** How many requests were sent, by verb; a watch counts when it is opened, a repetition each time. */
export type RequestCounts = Readonly<Record<string, number>>;

/**
 * One cluster. No call ever rejects: trouble is data. Each call ends at its bound or when its signal aborts, whichever comes first, and then
 * really stops. What can be repeated without harm is repeated (429, 5xx, a lost connection) with growing, jittered pauses inside
 * the bound of the call; an expired token is read anew once.
 */
export interface KubeClient {
  /** The server's URL, for messages. */
  readonly address: string;
  /** Of the context or of the pod that we run in; `default` where neither says. */
  readonly namespace: string;
  /** We run in a pod of this cluster, under its service account. */
  readonly inCluster: boolean;
  readonly requests: RequestCounts;
  get(ref: KubeRef, signal: AbortSignal): Promise<KubeResult<KubeObject>>;
  /** All of it, page by page, up to a limit of 5000 objects. */
  list(place: KubePlace, query: ListQuery, signal: AbortSignal): Promise<KubeResult<KubeList>>;
  create(
    place: KubePlace,
    object: unknown,
    options: CreateOptions,
    signal: AbortSignal,
  ): Promise<KubeResult<KubeObject>>;
  /** JSON merge patch. With `metadata.resourceVersion` in it the server refuses with 409 what was changed in between. */
  patch(ref: KubeRef, patch: unknown, signal: AbortSignal): Promise<KubeResult<KubeObject>>;
  /** What is not there any more counts as deleted: then the value is `gone`. */
  delete(ref: KubeRef, options: DeleteOptions, signal: AbortSignal): Promise<KubeResult<'accepted' | 'gone'>>;
  allowed(question: AccessQuestion, signal: AbortSignal): Promise<KubeResult<{ allowed: boolean; reason?: string }>>;
  /**
   * Tells of everything there is and of each change, until the signal aborts: by a watch, and by looking again and again besides, so that
   * neither a watch that is refused nor one that has gone silent hides anything. Resolves when the signal aborts.
   */
  follow(
    place: KubePlace,
    options: FollowOptions,
    changed: (change: KubeChange) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** GET of any path of the API, such as a proxy to a node or pod, as text. */
  text(path: string, limits: { maxBytes: number; timeoutMs: number }, signal: AbortSignal): Promise<KubeResult<string>>;
  close(): void;
}

/** Where the cluster is and who we are. */
export interface KubeClientOptions {
  /** Path of a kubeconfig; default `KUBECONFIG`, `~/.kube/config`, then the service account of the pod that we run in. */
  kubeconfig?: string | undefined;
  context?: string | undefined;
  /** Of one request without its repetitions; default 10 s. */
  timeoutMs?: number;
  /** Of a call with its repetitions; default 20 s. */
  callMs?: number;
  /** For the jitter between repetitions. */
  random?(): number;
}
