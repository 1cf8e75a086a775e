import { placeOf } from '@redis-to-mongo/pipeline';
import { bad, type Cell, type Progress, tableLines } from '@redis-to-mongo/terminal';
import type { KeyReport } from './compare-mirror.js';

/** Groups in the table; of more, those with findings come first. */
const ROWS = 24;

/** The comparison as a table: a row for each main stream with all that belongs to it by its name, then the total. */
export function reportTable(
  perKey: readonly KeyReport[],
  separator: string,
  colors: Progress['colors'],
): string[] {
  const groups = new Map<string, KeyReport[]>();
  for (const report of perKey) {
    const { stream } = placeOf(report.key, separator);
    groups.set(stream, [...(groups.get(stream) ?? []), report]);
  }
  const inStreams = [...groups].filter(
    ([, keys]) => isWrong(keys) || keys.some(({ incarnations }) => incarnations > 0),
  );
  const shown = inStreams.sort(([, a], [, b]) => Number(isWrong(b)) - Number(isWrong(a))).slice(0, ROWS);
  const hidden = inStreams.slice(ROWS).flatMap(([, keys]) => keys);
  const head = [
    '',
    'streams',
    'messages',
    'incarnations',
    'sets',
    'members',
    'missing',
    'duplicated',
    'different',
  ];
  const more = inStreams.length - shown.length;
  return tableLines(
    head,
    [
      ...shown.map(([name, keys]) => rowOf(name, keys)),
      ...(more > 0 ? [rowOf(`… ${more} more`, hidden)] : []),
      rowOf('total', perKey),
    ],
    colors,
  );
}

function rowOf(name: string, keys: readonly KeyReport[]): Cell[] {
  const sum = (value: (report: KeyReport) => number) =>
    keys.reduce((total, report) => total + value(report), 0);
  return [
    name,
    sum(({ incarnations }) => Math.min(incarnations, 1)),
    sum(({ messages }) => messages),
    sum(({ incarnations }) => incarnations),
    sum(({ members }) => Math.min(members, 1)),
    sum(({ members }) => members),
    bad(sum(({ missing }) => missing)),
    bad(sum(({ duplicated }) => duplicated)),
    bad(sum(({ different }) => different)),
  ];
}

function isWrong(keys: readonly KeyReport[]): boolean {
  return keys.some(({ missing, duplicated, different }) => missing + duplicated + different > 0);
}
