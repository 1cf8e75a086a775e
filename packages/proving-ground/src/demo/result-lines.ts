import { isValueType, KEY_TYPES, valueType } from '@redis-to-mongo/key-types';
import { groupBy, placeOf } from '@redis-to-mongo/pipeline';
import { bad, type Cell, grouped, type Progress } from '@redis-to-mongo/terminal';
import { tableLines } from '@redis-to-mongo/terminal/table';
import type { KeyReport } from './compare-mirror.js';
import type { DemoResult } from './run-demo.js';

/** The result as text: the table, the rates, and the final line. */
export function resultLines(result: DemoResult, colors: Progress['colors']): string[] {
  const { perKey, ok } = result;
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const messages = perKey.reduce((sum, report) => sum + report.messages, 0);
  const rate = (messages * 1000) / (result.writingMs + result.behindMs);
  const again = grouped(result.alreadyThere);
  const last = `${ok ? 'verified' : 'NOT verified'}: ${describeKeys(perKey)}`;
  return [
    ...reportTable(perKey, colors),
    '',
    `written in ${seconds(result.writingMs)} s, while sets were changed ${grouped(result.setChanges)} times, and other values ${grouped(result.valueChanges)} times`,
    `all in MongoDB ${seconds(result.behindMs)} s after the last write: ${grouped(rate)} messages/s`,
    ...(result.alreadyThere > 0
      ? [`${again} messages were written again after the kill, and were already there`]
      : []),
    ok ? colors.green(last) : colors.red(last),
  ];
}

/** Plurals of types whose collection has an unusual name. */
const PLURALS: Readonly<Record<string, string>> = { zset: 'sorted sets', json: 'JSON documents' };

/** A summary such as `100000 messages in 40 streams, 60 sets; 0 missing, 0 duplicated, 0 different`. */
function describeKeys(perKey: readonly KeyReport[]): string {
  const counts = new Map<string, number>(KEY_TYPES.map((keyType) => [keyType, 0]));
  for (const { key, keyType } of perKey) if (key !== '') counts.set(keyType, (counts.get(keyType) ?? 0) + 1);
  const sum = (of: (report: KeyReport) => number) => perKey.reduce((total, report) => total + of(report), 0);
  const keys = [...counts].flatMap(([keyType, count]) => (count > 0 ? `${count} ${pluralOf(keyType)}` : []));
  return [
    `${sum(({ messages }) => messages)} messages in ${keys.join(', ')}; ${sum(({ missing }) => missing)} missing`,
    `${sum(({ duplicated }) => duplicated)} duplicated`,
    `${sum(({ different }) => different)} different`,
  ].join(', ');
}

function pluralOf(keyType: string): string {
  if (!isValueType(keyType)) return keyType === 'none' ? 'deleted keys' : `${keyType}s`;
  return PLURALS[keyType] ?? valueType(keyType).names.collection.replace('_', ' ');
}

/** Most groups in the table. Groups with findings come first. */
const ROWS = 24;

/**
 * The comparison as a table: a row for each main stream with its info streams and
 * metadata sets, then the total.
 */
function reportTable(perKey: readonly KeyReport[], colors: Progress['colors']): string[] {
  const groups = groupBy(perKey, ({ key }) => placeOf(key, ':info:').stream);
  const inStreams = [...groups].filter(
    ([, keys]) => isWrong(keys) || keys.some(({ incarnations }) => incarnations > 0),
  );
  const shown = inStreams.sort(([, a], [, b]) => Number(isWrong(b)) - Number(isWrong(a))).slice(0, ROWS);
  const hidden = inStreams.slice(ROWS).flatMap(([, keys]) => keys);
  const counted = ['streams', 'messages', 'incarnations', 'sets', 'members'];
  const more = inStreams.length - shown.length;
  return tableLines(
    ['', ...counted, 'missing', 'duplicated', 'different'],
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
