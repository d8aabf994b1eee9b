import { join } from 'node:path';
import { cachedFolder, cacheRoot, fillCache, isCached } from './getting/cache.ts';
import { buildChaosMesh } from './getting/chaos-mesh.ts';
import { installDebian, unpackDebian, unpackDebianTree } from './getting/debian.ts';
import { buildWithGo } from './getting/go.ts';
import { buildKubernetes } from './getting/kubernetes.ts';
import { copyWithMaven } from './getting/maven.ts';
import { lookOnPath, versionOf } from './getting/path-lookup.ts';
import { installWithPip } from './getting/pip.ts';
import { noProgress, type Progress, withProgress } from './getting/progress.ts';
import { isWithin } from './getting/version.ts';
import type { Part, PartName, Recipe } from './part.ts';
import { parts } from './parts.ts';

export interface ResolvedPart {
  name: PartName;
  version: string;
  from: 'path' | 'cache' | 'built';
  /** The program; the folder of all files where the recipe makes more than one. */
  path: string;
}

export type Resolver = (name: PartName) => Promise<ResolvedPart>;

/**
 * A resolver that gets each part once, however many ask for it: from PATH at a good version, else from the cache, else
 * by its recipe. A part that cannot be had rejects with one line: what is missing, what was tried, what to do.
 */
export function createResolver(progress: Progress = noProgress): Resolver {
  const asked = new Map<PartName, Promise<ResolvedPart>>();
  const resolver: Resolver = (name) => {
    const known = asked.get(name) ?? resolvePart(parts[name], resolver, progress);
    asked.set(name, known);
    return known;
  };
  return resolver;
}

async function resolvePart(part: Part, resolver: Resolver, progress: Progress): Promise<ResolvedPart> {
  const tried: string[] = [];
  if (part.onPath !== undefined) {
    const lookup = await lookOnPath(part.onPath);
    if (lookup.found) return { name: part.name, version: lookup.version, from: 'path', path: lookup.path };
    tried.push(lookup.tried);
  }
  try {
    if (part.recipe !== undefined) return await followRecipe(part, part.recipe, resolver, progress);
  } catch (error) {
    tried.push(inOneLine(error));
  }
  throw new Error(`${part.name} ${part.version} is missing: ${tried.join('; ')}; ${part.advice}`);
}

function inOneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().replaceAll(/\s*\n\s*/g, ' / ');
}

async function followRecipe(part: Part, recipe: Recipe, resolver: Resolver, progress: Progress): Promise<ResolvedPart> {
  if (recipe.kind === 'debian-install') return await installed(part, recipe.package, progress);
  const folder = cachedFolder(cacheRoot(), part.name, part.version);
  const path = pathWithin(folder, part, recipe);
  if (await isCached(folder))
    return { name: part.name, version: await versionIn(path, part, recipe), from: 'cache', path };
  const tools = await Promise.all(part.builtWith.map(resolver));
  await withProgress(`${part.name} ${part.version}: ${verbs[recipe.kind]}`, progress, () =>
    fillCache(folder, (into) =>
      fill(
        into,
        part,
        recipe,
        tools.map(({ path: tool }) => tool),
      ),
    ),
  );
  return { name: part.name, version: await versionIn(path, part, recipe), from: 'built', path };
}

/** A distribution's package is of the distribution's version, whatever ours is pinned to. */
async function versionIn(path: string, part: Part, recipe: CachedRecipe): Promise<string> {
  if (recipe.kind !== 'debian-file' || part.onPath === undefined) return part.version;
  const version = await versionOf(path, part.onPath);
  if (version !== undefined && isWithin(version, part.onPath)) return version;
  throw new Error(`the package ${recipe.package} holds version ${version ?? 'unknown'}`);
}

async function installed(part: Part, packageName: string, progress: Progress): Promise<ResolvedPart> {
  await withProgress(`${part.name}: installing ${packageName}`, progress, () => installDebian(packageName));
  const lookup = await lookOnPath(part.onPath!);
  if (!lookup.found) throw new Error(`installed ${packageName}, and still ${lookup.tried}`);
  return { name: part.name, version: lookup.version, from: 'built', path: lookup.path };
}

type CachedRecipe = Exclude<Recipe, { kind: 'debian-install' }>;

const verbs: Record<CachedRecipe['kind'], string> = {
  'debian-file': 'unpacking the Debian package',
  'debian-tree': 'unpacking Debian packages',
  go: 'building with Go',
  kubernetes: 'building with Go',
  'chaos-mesh': 'building with Go',
  maven: 'copying jars with Maven',
  pip: 'installing with pip',
};

function pathWithin(folder: string, part: Part, recipe: CachedRecipe): string {
  if (recipe.kind === 'debian-file') return join(folder, recipe.program);
  return recipe.kind === 'go' ? join(folder, part.name) : folder;
}

type Fill<kind extends CachedRecipe['kind']> = (
  into: string,
  recipe: Extract<CachedRecipe, { kind: kind }>,
  part: Part,
  tools: readonly string[],
) => Promise<void>;

const fills: { [kind in CachedRecipe['kind']]: Fill<kind> } = {
  'debian-file': (into, recipe) => unpackDebian([recipe.package], into),
  'debian-tree': (into, recipe) => unpackDebianTree(recipe.packages, into),
  maven: (into, recipe, _part, [maven]) => copyWithMaven(maven!, recipe.artifacts, into),
  pip: (into, recipe, { version }, [python]) => installWithPip(python!, `${recipe.package}==${version}`, into),
  go: (into, { module, program }, { name, version }, [go]) =>
    buildWithGo({ go: go!, module, program, version, output: join(into, name) }),
  kubernetes: (into, { programs }, { version }, [go]) => buildKubernetes({ go: go!, version, programs, output: into }),
  'chaos-mesh': (into, { commit, programs }, { version }, [go, cc]) =>
    buildChaosMesh({ go: go!, cc: cc!, commit, version: version.replace(/-.*/, ''), programs, output: into }),
};

function fill<kind extends CachedRecipe['kind']>(
  into: string,
  part: Part,
  recipe: Extract<CachedRecipe, { kind: kind }>,
  tools: readonly string[],
): Promise<void> {
  const follow: Fill<kind> = fills[recipe.kind as kind];
  return follow(into, recipe, part, tools);
}
