export type Cell = string | number;

/** A whole number as people read it: `12,345`. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Rows as aligned lines: numbers to the right, text to the left, two spaces between. */
export function tableLines(rows: readonly (readonly Cell[])[]): string[] {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? grouped(cell) : cell)));
  const widths = (texts[0] ?? []).map((_, column) =>
    Math.max(...texts.map((row) => row[column]?.length ?? 0)),
  );
  // A column of numbers has its heading to the right as well.
  const toTheRight = widths.map((_, column) => typeof rows.at(-1)?.[column] === 'number');
  return texts.map((row) =>
    row
      .map((text, i) => (toTheRight[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
