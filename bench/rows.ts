/** One promise, and what was measured of it. */
export interface Row {
  what: string;
  measured: string;
  limit: string;
  holds: boolean;
}

/** Prints them, and has the process fail where one is missed. */
export function tellRows(rows: readonly Row[]): void {
  for (const { what, measured, limit, holds } of rows)
    console.log(`${holds ? 'holds ' : 'MISSED'}  ${what}: ${measured}; limit ${limit}`);
  process.exitCode = rows.every(({ holds }) => holds) ? 0 : 1;
}
