/** What a part of the lab is, and how one is got. */

export type ServerPart = 'prometheus' | 'alertmanager' | 'pushgateway' | 'toxiproxy' | 'temporal' | 'kafka';
export type ClusterPart =
  | 'kubernetes'
  | 'etcd'
  | 'coredns'
  | 'containerd'
  | 'runc'
  | 'cni-plugins'
  | 'chaos-mesh'
  | 'node-tools'
  | 'user-mode-linux';
/** What the bench measures beside the program. */
export type RivalPart = 'blackbox-exporter' | 'chaos-toolkit';
export type ToolPart = 'java' | 'maven' | 'go' | 'c-compiler' | 'openssl' | 'python';
export type PartName = ServerPart | ClusterPart | RivalPart | ToolPart;

export interface OnPath {
  /** Names under which distributions install the program; the first one found is asked for its version. */
  programs: readonly string[];
  versionArguments: readonly string[];
  /** The first group is the version. */
  versionPattern: RegExp;
  /** Lowest good version. */
  atLeast: string;
  /** First version that is no longer good. */
  below: string;
}

/**
 * How a part is got when it is not on PATH.
 *
 * - `debian-file`: a Debian package, downloaded and unpacked into the cache. Nothing is installed, so no service starts.
 * - `debian-install`: a Debian package, installed; needs root. For tools that rely on their place in the system.
 * - `debian-tree`: Debian packages, unpacked over one another into one folder, as they would lie in a system.
 * - `go`: a program built from a Go module.
 * - `kubernetes`: a folder of Kubernetes' programs, built with Go from its module and the staging modules beside it.
 * - `chaos-mesh`: a folder of Chaos Mesh's programs and its `crd.yaml`, built with Go and C from its module.
 * - `maven`: a folder of jars with all they depend on.
 * - `pip`: a folder of Python packages with all they depend on, for `PYTHONPATH`.
 */
export type Recipe =
  | { kind: 'debian-file'; package: string; program: string }
  | { kind: 'debian-install'; package: string }
  | { kind: 'debian-tree'; packages: readonly string[] }
  | { kind: 'go'; module: string; program: string }
  | { kind: 'kubernetes'; programs: readonly string[] }
  | { kind: 'chaos-mesh'; commit: string; programs: readonly string[] }
  | { kind: 'maven'; artifacts: readonly string[] }
  | { kind: 'pip'; package: string };

export interface Part {
  name: PartName;
  /** Names the cache entry; a new version here is a new entry. */
  version: string;
  onPath?: OnPath;
  recipe?: Recipe;
  /** Tools the recipe runs. */
  builtWith: readonly ToolPart[];
  /** What a person can do when nothing here works. */
  advice: string;
}
