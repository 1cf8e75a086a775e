import { tableLines } from '@redis-to-mongo/terminal';
import picocolors from 'picocolors';

export interface Column {
  readonly head: string;
  /** Numbers stand to the right. */
  readonly align: 'left' | 'right';
}

/** A table of a report, to be printed or put into a page. */
export interface Table {
  readonly title: string;
  /** What has to be known to read it. */
  readonly about: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

export function left(...heads: string[]): Column[] {
  return heads.map((head) => ({ head, align: 'left' }));
}

export function right(...heads: string[]): Column[] {
  return heads.map((head) => ({ head, align: 'right' }));
}

/** For a terminal. */
export function textTable({ columns, rows }: Table): string[] {
  const heads = columns.map(({ head, align }) => (align === 'right' ? `>${head}` : head));
  return tableLines(heads, rows, picocolors.createColors(false));
}

/** In Markdown, lined up in the source too. */
export function markdownTable({ columns, rows }: Table): string[] {
  const widths = widthsOf(columns, rows);
  const rule = columns.map(({ align }, i) => {
    const dashes = '-'.repeat(Math.max(3, widths[i] ?? 0) - (align === 'right' ? 1 : 0));
    return align === 'right' ? `${dashes}:` : dashes;
  });
  const heads = columns.map(({ head }) => head);
  const [first, ...rest] = [heads, ...rows].map((row) => `| ${padded(row, columns, widths).join(' | ')} |`);
  return [first ?? '', `| ${rule.join(' | ')} |`, ...rest];
}

function widthsOf(columns: readonly Column[], rows: Table['rows']): number[] {
  return columns.map(({ head }, i) => Math.max(3, head.length, ...rows.map((row) => row[i]?.length ?? 0)));
}

function padded(row: readonly string[], columns: readonly Column[], widths: readonly number[]): string[] {
  return columns.map(({ align }, i) => {
    const cell = row[i] ?? '';
    const width = widths[i] ?? 0;
    return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
  });
}
