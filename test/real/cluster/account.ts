import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '../../../lab/cluster/access.ts';
import type { Scene } from './scene.ts';

/** An account that may do everything, as long as its tokens hold. */
export interface Account extends AsyncDisposable {
  name: string;
  kubeconfig: string;
  /** Puts a token of its own where the kubeconfig has it read; the one before goes on to hold. */
  renew(): Promise<void>;
  /** Makes every token so far worth nothing. The API server believes in one it has just seen for up to ten more seconds. */
  expireTokens(): Promise<void>;
}

export async function openAccount(cluster: Cluster, scene: Scene, name: string): Promise<Account> {
  const folder = await mkdtemp(join(tmpdir(), 'steadfast-account-'));
  const [kubeconfig, tokenFile] = [join(folder, 'kubeconfig'), join(folder, 'token')];
  const binding = `${scene.namespace}-${name}`;
  let secrets = 0;
  await scene.kubectl('create', 'serviceaccount', name);
  const rights = ['--clusterrole=cluster-admin', `--serviceaccount=${scene.namespace}:${name}`];
  await cluster.kubectl('create', 'clusterrolebinding', binding, ...rights);
  const config = JSON.parse(await cluster.kubectl('config', 'view', '--raw', '--flatten', '--output', 'json'));
  config.users[0].user = { tokenFile };
  await writeFile(kubeconfig, JSON.stringify(config));

  const account: Account = {
    name,
    kubeconfig,
    async renew() {
      const secret = `${name}-${++secrets}`;
      await scene.kubectl('create', 'secret', 'generic', secret, `--from-literal=bound=${name}`);
      const bound = ['--bound-object-kind=Secret', `--bound-object-name=${secret}`];
      await writeFile(tokenFile, (await scene.kubectl('create', 'token', name, ...bound)).trim());
    },
    async expireTokens() {
      const old = Array.from({ length: secrets }, (_, index) => `${name}-${index + 1}`);
      await scene.kubectl('delete', 'secret', '--ignore-not-found', ...old);
    },
    async [Symbol.asyncDispose]() {
      await cluster.kubectl('delete', 'clusterrolebinding', binding);
      await rm(folder, { recursive: true, force: true });
    },
  };
  await account.renew();
  return account;
}
