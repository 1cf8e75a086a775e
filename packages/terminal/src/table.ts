import type pico from 'picocolors';
import stringWidth from 'string-width';
import { grouped } from './counts.js';
import { printable } from './printable.js';

type Colors = ReturnType<typeof pico.createColors>;
type Color = 'red' | 'yellow' | 'green' | 'dim';

/** A text with a color, where there are colors. */
export interface Colored {
  readonly text: string;
  readonly color: Color;
}

/** Numbers stand to the right, grouped: `12,345`. */
export type Cell = string | number | Colored | undefined;

/** A heading; one with a `>` before it stands to the right. */
export type Column = string;

export function colored(text: string, color: Color): Colored {
  return { text, color };
}

/** A number that is bad news where it is not 0. */
export function bad(count: number): Cell {
  return count === 0 ? 0 : colored(grouped(count), 'red');
}

export interface TableOptions {
  /** Columns of the terminal: names are cut so that a line fits, as far as that is of use. Default: any. */
  readonly within?: number | undefined;
  /** Headings of the columns with names, which may be cut: the beginning and the end of a name tell most. Default: none. */
  readonly names?: ReadonlySet<string>;
}

/** What is left of a name at least. */
const SHORTEST = 12;

/**
 * Rows as aligned lines below their headings, two spaces between; widths are those on a terminal.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  colors: Colors,
  { within = Number.POSITIVE_INFINITY, names = new Set() }: TableOptions = {},
): string[] {
  const titles = columns.map((column) => column.replace(/^>/, ''));
  const head = titles.some((title) => title !== '') ? [titles.map((title) => colors.dim(title))] : [];
  const whole = rows.map((row) => columns.map((_, i) => plainText(row[i])));
  const most = longestOf(titles, whole, within, names);
  const body = rows.map((row, r) =>
    columns.map((_, i) => coloredText(row[i], shortened(whole[r]?.[i] ?? '', most[i]), colors)),
  );
  const lines = [...head, ...body];
  const widths = columns.map((_, i) => Math.max(0, ...lines.map((line) => stringWidth(line[i] ?? ''))));
  const right = columns.map(
    (column, i) =>
      column.startsWith('>') || (rows.length > 0 && rows.every((row) => typeof row[i] === 'number')),
  );
  return lines.map((line) =>
    line
      .map((text, i) => {
        const space = ' '.repeat((widths[i] ?? 0) - stringWidth(text));
        return right[i] ? space + text : text + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Characters of a cell: names and messages may be of any length. */
const LONGEST = 500;

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** How long the cells of each column may be. */
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

/** A name with its middle left out. */
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
