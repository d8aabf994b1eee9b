/** Orders dotted versions by number; a missing item counts as 0, what follows the numbers is ignored. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [numbersOf(left), numbersOf(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

export function isWithin(version: string, range: { atLeast: string; below: string }): boolean {
  return compareVersions(version, range.atLeast) >= 0 && compareVersions(version, range.below) < 0;
}

function numbersOf(version: string): number[] {
  const dotted = /^\d+(?:\.\d+)*/.exec(version)?.[0];
  if (dotted === undefined) throw new Error(`not a version: ${JSON.stringify(version)}`);
  return dotted.split('.').map(Number);
}
