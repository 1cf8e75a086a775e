import type { Column } from '@redis-to-mongo/terminal';
import { tableLines } from '@redis-to-mongo/terminal/table';
import picocolors from 'picocolors';

/** A table of a report, for a terminal or a Markdown page. */
export interface Table {
  readonly title: string;
  /** Explains the figures. */
  readonly about: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

/** For a terminal. */
export function textTable({ columns, rows }: Table): string[] {
  return tableLines(columns, rows, picocolors.createColors(false));
}

/** In Markdown, with aligned columns in the source. */
export function markdownTable({ columns, rows }: Table): string[] {
  const heads = columns.map((column) => column.replace(/^>/, ''));
  const isRight = columns.map((column) => column.startsWith('>'));
  const widths = heads.map((head, i) => Math.max(3, head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const rule = widths.map((width, i) => (isRight[i] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  const lined = [heads, rule, ...rows].map((row) =>
    widths.map((width, i) => (isRight[i] ? (row[i] ?? '').padStart(width) : (row[i] ?? '').padEnd(width))),
  );
  return lined.map((cells) => `| ${cells.join(' | ')} |`);
}
