import type pico from 'picocolors';
import stringWidth from 'string-width';
import type { Cell, Column } from './cells.js';
import { grouped } from './counts.js';
import { printable } from './printable.js';

type Colors = ReturnType<typeof pico.createColors>;
/** How to fit a table to the terminal. */
export interface TableOptions {
  /**
   * Width of the terminal in columns. In a wider table, names are cut, then texts are wrapped at spaces.
   * Default: no limit.
   */
  readonly within?: number | undefined;
  /**
   * Headings of columns with names. Names may be cut in the middle, because beginning and end say most.
   * Default: none.
   */
  readonly names?: ReadonlySet<string>;
}

/** Minimum width of a cut name, and of a wrapped text unless it has a longer word. */
const SHORTEST = 10;

/**
 * Formats rows as aligned lines below their headings. Columns have two spaces between them, or one if the
 * table then fits. Widths are those on a terminal.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  colors: Colors,
  { within = Number.POSITIVE_INFINITY, names = new Set() }: TableOptions = {},
): string[] {
  const titles = columns.map((column) => column.replace(/^>/, ''));
  const whole = rows.map((row) => columns.map((_, i) => plainText(row[i])));
  const most = longestOf(titles, whole, within, names);
  const short = whole.map((row) => row.map((text, i) => shortened(text, most[i])));
  const all = titles.some((title) => title !== '') ? [titles, ...short] : short;
  const { widths, gap } = fitted(titles, short, within);
  const right = columns.map(
    (column, i) =>
      column.startsWith('>') || (rows.length > 0 && rows.every((row) => typeof row[i] === 'number')),
  );
  const head = all.length - rows.length;
  return all.flatMap((texts, r) => {
    const cells = texts.map((text, i) => wrapped(text, widths[i] ?? 0));
    const height = Math.max(1, ...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_none, line) =>
      cells
        .map((lines, i) => {
          const text = lines[line] ?? '';
          const space = ' '.repeat(Math.max(0, (widths[i] ?? 0) - stringWidth(text)));
          const shown = r < head ? colors.dim(text) : coloredText(rows[r - head]?.[i], text, colors);
          return right[i] ? space + shown : shown + space;
        })
        .join(' '.repeat(gap))
        .trimEnd(),
    );
  });
}

/**
 * The width of each column, so that a line fits. The widest columns are narrowed first, down to their longest
 * words. Short cells stay on one line; their headings may wrap.
 */
function fitted(titles: readonly string[], rows: readonly (readonly string[])[], within: number) {
  const cells = titles.map((_, i) => Math.max(0, ...rows.map((row) => stringWidth(row[i] ?? ''))));
  const widths = titles.map((title, i) => Math.max(stringWidth(title), cells[i] ?? 0));
  const least = titles.map((title, i) => {
    const words = Math.max(0, ...rows.map((row) => longestWord(row[i] ?? '')));
    return Math.max(longestWord(title), Math.min(cells[i] ?? 0, Math.max(SHORTEST, words)));
  });
  const gaps = Math.max(0, titles.length - 1);
  let over = widths.reduce((sum, width) => sum + width, 2 * gaps) - within;
  if (over <= 0) return { widths, gap: 2 };
  if (over <= gaps) return { widths, gap: 1 };
  const room = (i: number) => (widths[i] ?? 0) - (least[i] ?? 0);
  while (over > 0) {
    const [widest] = widths
      .flatMap((width, i) => (room(i) > 0 ? [{ width, i }] : []))
      .sort((a, b) => b.width - a.width);
    if (!widest) break;
    widths[widest.i] = widest.width - 1;
    over--;
  }
  return { widths, gap: over > 0 ? 1 : 2 };
}

function longestWord(text: string): number {
  return Math.max(...text.split(' ').map((word) => stringWidth(word)));
}

/** Splits a text into lines of a width, at spaces; a longer word stays whole. */
function wrapped(text: string, width: number): readonly string[] {
  if (stringWidth(text) <= width) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const joined = last === undefined ? word : `${last} ${word}`;
    if (last === undefined || stringWidth(joined) > width) lines.push(word);
    else lines[lines.length - 1] = joined;
  }
  return lines;
}

/** Maximum characters of a cell, because names and messages may have any length. */
const LONGEST = 500;

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** The maximum length of the cells of each column. */
function longestOf(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  within: number,
  cutColumns: ReadonlySet<string>,
): readonly (number | undefined)[] {
  const widths = titles.map((title, i) =>
    Math.max(stringWidth(title), ...rows.map((row) => stringWidth(row[i] ?? ''))),
  );
  const most: (number | undefined)[] = titles.map(() => undefined);
  let over = widths.reduce((sum, width) => sum + width, 2 * (titles.length - 1)) - within;
  const names = titles.flatMap((title, i) => (cutColumns.has(title) ? [i] : []));
  for (const i of names.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))) {
    const width = widths[i] ?? 0;
    if (over <= 0 || width <= SHORTEST) continue;
    most[i] = Math.max(SHORTEST, width - over);
    over -= width - most[i];
  }
  return most;
}

/** A name without its middle, if it is too long. */
function shortened(text: string, most: number | undefined): string {
  if (most === undefined || stringWidth(text) <= most) return text;
  const chars = [...text];
  const begin: string[] = [];
  const end: string[] = [];
  let left = most - 1;
  for (let isEnd = false; ; isEnd = !isEnd) {
    const char = isEnd ? chars.at(-1) : chars[0];
    if (char === undefined || stringWidth(char) > left) return `${begin.join('')}…${end.join('')}`;
    left -= stringWidth(char);
    if (isEnd) end.unshift(chars.pop() ?? '');
    else begin.push(chars.shift() ?? '');
  }
}

function plainText(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return grouped(cell);
  return printable(cut(typeof cell === 'string' ? cell : cell.text));
}

function coloredText(cell: Cell, text: string, colors: Colors): string {
  return typeof cell === 'object' ? colors[cell.color](text) : text;
}
