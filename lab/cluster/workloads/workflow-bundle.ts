import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cachedFolder, cacheRoot, fillCache, isCached } from '../../getting/cache.ts';

const workflows = join(import.meta.dirname, '..', '..', 'workloads', 'temporal-workflows.ts');
const fileName = 'workflows.js';

/** The workers' workflows in one file, bundled once for each version of them: a worker that need not bundle starts sooner. */
export async function workflowBundle(): Promise<string> {
  const folder = cachedFolder(cacheRoot(), 'workflows', await versionOfBundle());
  if (!(await isCached(folder))) await fillCache(folder, bundleInto);
  return join(folder, fileName);
}

async function bundleInto(folder: string): Promise<void> {
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({ workflowsPath: workflows, logger: new DefaultLogger('WARN') });
  await writeFile(join(folder, fileName), code, { mode: 0o644 });
}

async function versionOfBundle(): Promise<string> {
  const digest = createHash('sha256').update(await readFile(workflows));
  digest.update(await readFile(createRequire(import.meta.url).resolve('@temporalio/worker/package.json')));
  return digest.digest('hex').slice(0, 16);
}
