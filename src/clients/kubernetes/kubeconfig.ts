import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { NotWhole } from './once-whole.ts';
import { tokenFromFile } from './token-file.ts';

export type { KubeConfig };

/** There is no sign of a cluster where we looked. */
export class NoCluster extends Error {}

export interface AccessOptions {
  kubeconfig?: string | undefined;
  context?: string | undefined;
}

/** Reads everything, and the token where a file of its own holds it. */
export async function loadConfig({ kubeconfig, context }: AccessOptions): Promise<KubeConfig> {
  // This file of the package, and not its root, which brings every type of the API with it.
  const { KubeConfig: Library } = await import('@kubernetes/client-node/dist/config.js');
  class Config extends Library {
    // As for kubectl, of several files the first that names a context counts; for the library it is the last.
    override mergeConfig(other: KubeConfig): void {
      super.mergeConfig(other, Boolean(this.getCurrentContext()));
    }
  }
  const config = new Config();
  const read = filesRead(Library, () => {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  });
  if (context !== undefined) selectContext(config, context);
  for (const file of read) await takeTokenFile(config, file);
  return config;
}

/** The library does not tell which files it finds. It reads them at once, so that nobody else meets the method that listens meanwhile. */
function filesRead({ prototype }: typeof KubeConfig, load: () => void): string[] {
  const { loadFromFile } = prototype;
  const files: string[] = [];
  prototype.loadFromFile = function listening(...how) {
    loadFromFile.apply(this, how);
    files.push(how[0]);
  };
  try {
    load();
    return files;
  } catch (error) {
    throw unreadable(error as NodeJS.ErrnoException);
  } finally {
    prototype.loadFromFile = loadFromFile;
  }
}

/** One that is not there names no cluster; what one says that is there and cannot be read, nobody knows. */
function unreadable({ code }: NodeJS.ErrnoException): Error {
  return new (code === 'ENOENT' ? NoCluster : Error)(`the kubeconfig cannot be read: ${code ?? 'not a kubeconfig'}`);
}

/** As for kubectl, a file with a token counts before a token. */
async function takeTokenFile(config: KubeConfig, kubeconfig: string): Promise<void> {
  const user = config.getCurrentUser();
  if (!user) return;
  try {
    const token = await tokenFromFile(kubeconfig, user.name);
    if (token !== undefined) Object.assign(user, { token });
  } catch (error) {
    const text = "the kubeconfig's file with a token cannot be read";
    if (error instanceof NotWhole) throw new NotWhole(`${text}: ${error.message}`);
    throw new Error(`${text}: ${(error as NodeJS.ErrnoException).code ?? 'not readable'}`);
  }
}

/** A kubeconfig that is just being written may be empty, or end before it says who we are: then we would go on as nobody. */
export async function loadAgain(options: AccessOptions, before: KubeConfig): Promise<KubeConfig> {
  const config = await loadConfig(options).catch(({ message }: Error) => Promise.reject(new NotWhole(message)));
  if (before.getCurrentUser() && !config.getCurrentUser()) throw new NotWhole('the kubeconfig names no user');
  return config;
}

function selectContext(config: KubeConfig, context: string): void {
  if (!config.getContextObject(context)) throw new NoCluster(`the kubeconfig has no context "${context}"`);
  config.setCurrentContext(context);
}

const NOWHERE = 'http://localhost:8080';

/** Where the cluster is. Throws `NoCluster` where nothing names one. */
export function placeOf(config: KubeConfig): { server: URL; namespace: string } {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || server === NOWHERE || !URL.canParse(server))
    throw new NoCluster('no cluster: neither a kubeconfig nor the service account of a pod names one');
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace?.trim();
  return { server: new URL(server), namespace: namespace || 'default' };
}
