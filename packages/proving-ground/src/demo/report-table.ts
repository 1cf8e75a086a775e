import { placeOf } from '@redis-to-mongo/pipeline';
import { type Cell, tableLines } from '@redis-to-mongo/terminal';
import picocolors from 'picocolors';
import type { KeyReport, VerifyReport } from '../verify/verify-report.js';

interface Group {
  readonly name: string;
  readonly keys: KeyReport[];
}

/** Groups in the table; of more, those with findings come first. */
const ROWS = 24;

/**
 * The comparison as a table: a row for each main stream with all that belongs to it by its name, then the total.
 * @returns the lines; each tells whether something is wrong in it.
 */
export function reportTable(report: VerifyReport, separator: string): { text: string; wrong: boolean }[] {
  const groups = groupsOf(report, separator);
  const shown = [...groups].sort((a, b) => Number(isWrong(b.keys)) - Number(isWrong(a.keys))).slice(0, ROWS);
  const hidden = groups.filter((group) => !shown.includes(group));
  const head = ['', 'streams', 'messages', 'lives', 'sets', 'members', 'missing', 'duplicated', 'different'];
  const rows = [
    ...shown.map(({ name, keys }) => ({ cells: rowOf(name, keys), wrong: isWrong(keys) })),
    ...(hidden.length > 0
      ? [
          {
            cells: rowOf(
              `… ${hidden.length} more`,
              hidden.flatMap(({ keys }) => keys),
            ),
            wrong: hidden.some(({ keys }) => isWrong(keys)),
          },
        ]
      : []),
    { cells: totalOf(report), wrong: isWrong(report.perKey) },
  ];
  const cells = rows.map((row) => row.cells);
  const lines = tableLines(head, cells, picocolors.createColors(false));
  return lines.map((text, i) => ({ text, wrong: rows[i - 1]?.wrong ?? false }));
}

function groupsOf(report: VerifyReport, separator: string): Group[] {
  const groups = new Map<string, Group>();
  for (const keyReport of report.perKey) {
    const name = placeOf(keyReport.key, separator).stream;
    const group = groups.get(name);
    if (group) group.keys.push(keyReport);
    else groups.set(name, { name, keys: [keyReport] });
  }
  return [...groups.values()];
}

function rowOf(name: string, keys: readonly KeyReport[]): Cell[] {
  const sum = (value: (report: KeyReport) => number) =>
    keys.reduce((total, report) => total + value(report), 0);
  return [
    name,
    sum(({ keyType }) => (keyType === 'stream' ? 1 : 0)),
    sum(({ messages }) => messages),
    sum(({ keyType, lives }) => (keyType === 'stream' ? lives : 0)),
    sum(({ keyType }) => (keyType === 'set' ? 1 : 0)),
    sum(({ members }) => members),
    sum(({ missing }) => missing),
    sum(({ duplicated }) => duplicated),
    sum(({ different }) => different),
  ];
}

function totalOf(report: VerifyReport): Cell[] {
  const { missing, duplicated, different } = report;
  return [...rowOf('total', report.perKey).slice(0, 6), missing, duplicated, different];
}

function isWrong(keys: readonly KeyReport[]): boolean {
  return keys.some(
    ({ missing, duplicated, different, dead, countsAgree }) =>
      missing + duplicated + different + dead > 0 || !countsAgree,
  );
}
