import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** When it resolves, the file has the whole text even if the machine loses power now. A reader never sees half of it. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const draft = `${path}.draft-${process.pid}`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
}

export async function removeDurably(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
