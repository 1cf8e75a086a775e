import type pico from 'picocolors';
import stringWidth from 'string-width';
import { printable } from './printable.js';

type Colors = ReturnType<typeof pico.createColors>;
type Color = 'red' | 'yellow' | 'green' | 'dim';

/** A text with a colour, where there are colours. */
export interface Coloured {
  readonly text: string;
  readonly color: Color;
}

/** Numbers stand to the right, grouped: `12,345`. */
export type Cell = string | number | Coloured | undefined;

/** A heading; one with a `>` before it stands to the right. */
export type Column = string;

export function coloured(text: string, color: Color): Coloured {
  return { text, color };
}

/** A number that is bad news where it is not 0. */
export function bad(count: number): Cell {
  return count === 0 ? 0 : coloured(grouped(count), 'red');
}

/** A whole number as people read it: `12,345`. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** How many there are of something, in words: `1 key`, `12,345 keys`. @param many where it is not `one` with an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** Rows as aligned lines below their headings, two spaces between; widths are those on a terminal. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  colors: Colors,
): string[] {
  const titles = columns.map((column) => column.replace(/^>/, ''));
  const head = titles.some((title) => title !== '') ? [titles.map((title) => colors.dim(title))] : [];
  const body = rows.map((row) => columns.map((_, i) => textOf(row[i], colors)));
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

function textOf(cell: Cell, colors: Colors): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return grouped(cell);
  if (typeof cell === 'string') return printable(cut(cell));
  return colors[cell.color](printable(cut(cell.text)));
}
