import { KEY_TYPES, METADATA_TYPE, ruleBook } from '@redis-to-mongo/key-types';
import { STREAM_MESSAGES } from '@redis-to-mongo/pipeline';
import { type Difference, type Finding, verifyMirror } from '@redis-to-mongo/verify';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import { judgeMirror, judgeSource } from '../judge/judge-streams.js';
import { judgeCounts, StreamFindings } from '../judge/stream-findings.js';
import type { History, WrittenStream } from '../judge/written-stream.js';

/** The result of the comparison for one key. */
export interface KeyReport extends Pick<Difference, 'missing' | 'different' | 'problems'> {
  readonly key: string;
  readonly keyType: string;
  /** Incarnations of a stream, and messages in all of them; 0 for a value. */
  readonly incarnations: number;
  readonly messages: number;
  /** Members of a set. */
  readonly members: number;
  readonly duplicated: number;
}

export interface ToCompare {
  readonly redis: Redis;
  readonly db: Db;
  readonly wanted: (key: string) => boolean;
  /**
   * Everything that was written to each stream. The fleet must have read all of a
   * stream before it was deleted.
   */
  readonly history: History;
  /** Keys that differ are compared again for this long, in ms. */
  readonly settleMs: number;
}

/**
 * Compares values by the product's own verification. Compares all incarnations of the streams, as written,
 * with Redis and with the messages, which are read once for all streams.
 * @returns a report for each key, sorted by name. Messages that belong to no stream are
 * reported under an empty name.
 * @throws SyncError if a server does not answer.
 */
export async function compareMirror({
  redis,
  db,
  wanted,
  history,
  settleMs,
}: ToCompare): Promise<KeyReport[]> {
  const reports: KeyReport[] = [];
  const progress = {
    begin: () => {},
    key: (finding: Finding) => void found.set(finding.key, finding),
    end: () => {},
  };
  const found = new Map<string, Finding>();
  const isOther = (key: string) => wanted(key) && !history.streams.has(key);
  await verifyMirror(
    { redis, db },
    { wanted: isOther, types: KEY_TYPES, rules: ruleBook(), settleMs, progress },
  );
  for (const finding of found.values()) reports.push(reportOf(finding));
  const streams = [...history.streams.values()].map(
    (written) => [written, new StreamFindings(written.key)] as const,
  );
  for (const [written, findings] of streams) await judgeSource(redis, written, findings);
  const strays = await judgeMirror(db, STREAM_MESSAGES, streams);
  for (const [written, findings] of streams) {
    await judgeRecord(db, written, findings);
    reports.push(reportOfStream(written, findings));
  }
  reports.sort((a, b) => (a.key < b.key ? -1 : 1));
  if (strays === 0) return reports;
  const problems = [`${strays} messages belong to no stream`];
  return [...reports, { ...NOTHING, key: '', keyType: 'stream', duplicated: strays, problems }];
}

/** Checks the stream's document in `keys`. */
async function judgeRecord(db: Db, written: WrittenStream, findings: StreamFindings): Promise<void> {
  const record = await db
    .collection<{ _id: string; incarnation?: number }>('keys')
    .findOne({ _id: written.key });
  judgeCounts(record, findings, false);
  if (findings.lost > 0)
    findings.report('entries of an earlier incarnation are missing', 'missing', findings.lost);
  if (findings.gap > 0) findings.report(`${findings.gap} entries count as gaps, but none was dropped`);
  if (record && record.incarnation !== written.incarnations.length)
    findings.report(`${written.incarnations.length} incarnations, but ${record.incarnation} in MongoDB`);
}

const NOTHING = { incarnations: 0, messages: 0, members: 0, missing: 0, duplicated: 0, different: 0 };

function reportOf({ key, type, compared, missing, different, problems }: Finding): KeyReport {
  return {
    ...{ ...NOTHING, key, keyType: type, missing, different },
    members: type === METADATA_TYPE.names.keyType ? compared : 0,
    problems: problems.map((problem) => `${key}: ${problem}`),
  };
}

function reportOfStream({ key, incarnations }: WrittenStream, findings: StreamFindings): KeyReport {
  const { entries, missing, duplicated, different, problems } = findings;
  return {
    ...{ ...NOTHING, key, keyType: 'stream', missing, duplicated, different, problems },
    incarnations: incarnations.length,
    messages: entries,
  };
}
