import { isValueType, KEY_TYPES, valueType } from '@redis-to-mongo/key-types';
import { grouped, type Progress } from '@redis-to-mongo/terminal';
import type { KeyReport } from './compare-mirror.js';
import { reportTable } from './report-table.js';
import type { DemoResult } from './run-demo.js';

/** The table, the rates, and the last line. */
export function resultLines(result: DemoResult, colors: Progress['colors']): string[] {
  const { perKey, ok } = result;
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const messages = perKey.reduce((sum, report) => sum + report.messages, 0);
  const rate = (messages * 1000) / (result.writingMs + result.behindMs);
  const again = grouped(result.alreadyThere);
  const last = `${ok ? 'verified' : 'NOT verified'}: ${describeKeys(perKey)}`;
  return [
    ...reportTable(perKey, ':info:', colors),
    '',
    `written in ${seconds(result.writingMs)} s, while sets were changed ${grouped(result.setChanges)} times, and other values ${grouped(result.valueChanges)} times`,
    `all in MongoDB ${seconds(result.behindMs)} s after the last write: ${grouped(rate)} messages/s`,
    ...(result.alreadyThere > 0
      ? [`${again} messages were written again after the kill, and were already there`]
      : []),
    ok ? colors.green(last) : colors.red(last),
  ];
}

/** Where its collection's name is no word of everybody's. */
const PLURALS: Readonly<Record<string, string>> = { zset: 'sorted sets', json: 'JSON documents' };

/** All in one line, such as `100000 messages in 40 streams, 60 sets; 0 missing, 0 duplicated, 0 different`. */
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
