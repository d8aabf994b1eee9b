/** Rows whose cells stand under one another; the last one is as long as it likes. */
export function aligned(rows: string[][]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.slice(0, -1).entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(index < row.length - 1 ? widths[index]! : 0))
      .join('  ')
      .trimEnd(),
  );
}
