import type { ValuePlan } from '../generator/plan-keys.js';

/** What the comparison of one key found. */
export interface KeyReport {
  readonly key: string;
  readonly keyType: 'stream' | 'set';
  /** Lives of the key, by MongoDB. */
  readonly lives: number;
  /** Entries that were looked for, of all lives that could be compared; 0 for a set. */
  readonly messages: number;
  /** Members in Redis; 0 for a stream. */
  readonly members: number;
  /** Entries, or sets, that Redis holds (or the history names) and MongoDB does not. */
  readonly missing: number;
  /** Documents beyond the one that each entry has. */
  readonly duplicated: number;
  /** Documents whose content, order or state is not that of Redis. */
  readonly different: number;
  /** Entries kept in `dead_letters`, because MongoDB refused them. */
  readonly dead: number;
  /** seen = written + already there + dead, and seen = documents + dead letters: false where that does not add up. */
  readonly countsAgree: boolean;
  /** The first few findings, in words: ids and counts, no values. */
  readonly problems: readonly string[];
}

export interface VerifyReport {
  readonly messages: number;
  readonly streams: number;
  readonly sets: number;
  /** Keys of other types that were compared, where there were any. */
  readonly values?: readonly (readonly [keyType: ValuePlan['keyType'], keys: number])[];
  readonly missing: number;
  readonly duplicated: number;
  readonly different: number;
  readonly dead: number;
  /** Keys whose counts do not add up. */
  readonly miscounted: number;
  readonly perKey: readonly KeyReport[];
  /** The first few findings that belong to no key. */
  readonly problems: readonly string[];
}

/** What belongs to no key that is known. */
export type Strays = Pick<VerifyReport, 'duplicated' | 'different' | 'problems'>;

/** Whether MongoDB is the exact mirror: nothing missing, nothing twice, nothing different, nothing refused. */
export function isExact(report: VerifyReport): boolean {
  const { missing, duplicated, different, dead, miscounted } = report;
  return missing + duplicated + different + dead + miscounted === 0;
}

const PLURALS: Readonly<Record<ValuePlan['keyType'], string>> = {
  hash: 'hashes',
  string: 'strings',
  list: 'lists',
  zset: 'sorted sets',
  json: 'JSON documents',
};

/** The report in one line, such as `100000 messages in 40 streams, 60 sets; 0 missing, 0 duplicated, 0 different`. */
export function describeReport(report: VerifyReport): string {
  const { messages, streams, sets, values = [], missing, duplicated, different, dead, miscounted } = report;
  const more = [
    ...(dead > 0 ? [`${dead} dead letters`] : []),
    ...(miscounted > 0 ? [`${miscounted} keys with wrong counts`] : []),
  ];
  const keys = [`${sets} sets`, ...values.map(([keyType, count]) => `${count} ${PLURALS[keyType]}`)];
  return [
    `${messages} messages in ${streams} streams, ${keys.join(', ')}; ${missing} missing`,
    `${duplicated} duplicated`,
    `${different} different`,
    ...more,
  ].join(', ');
}

export function sumUp(perKey: readonly KeyReport[], strays: Strays): VerifyReport {
  const sum = (value: (report: KeyReport) => number) =>
    perKey.reduce((total, report) => total + value(report), 0);
  return {
    messages: sum(({ messages }) => messages),
    streams: perKey.filter(({ keyType }) => keyType === 'stream').length,
    sets: perKey.filter(({ keyType }) => keyType === 'set').length,
    missing: sum(({ missing }) => missing),
    duplicated: strays.duplicated + sum(({ duplicated }) => duplicated),
    different: strays.different + sum(({ different }) => different),
    dead: sum(({ dead }) => dead),
    miscounted: sum(({ countsAgree }) => (countsAgree ? 0 : 1)),
    perKey,
    problems: strays.problems,
  };
}
