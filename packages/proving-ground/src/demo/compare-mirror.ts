import { KEY_TYPES, METADATA_TYPE, ruleBook } from '@redis-to-mongo/key-types';
import { STREAM_MESSAGES } from '@redis-to-mongo/pipeline';
import { type Finding, verifyMirror } from '@redis-to-mongo/verify';
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';
import type { History } from '../judge/history.js';
import { judgeMirror } from '../judge/judge-streams.js';
import { judgeCounts, StreamFindings } from '../judge/stream-findings.js';
import type { WrittenStream } from '../judge/written-stream.js';

/** What was found about one key. */
export interface KeyReport {
  readonly key: string;
  readonly keyType: string;
  /** Lives of a stream, and the messages of all of them; 0 for a value. */
  readonly incarnations: number;
  readonly messages: number;
  /** Members of a set. */
  readonly members: number;
  readonly missing: number;
  readonly duplicated: number;
  readonly different: number;
  /** The first few, in words: ids and counts, no values. */
  readonly problems: readonly string[];
}

export interface ToCompare {
  readonly redis: Redis;
  readonly db: Db;
  readonly wanted: (key: string) => boolean;
  /** What was ever written to each stream. All of it must have been read before a stream was deleted. */
  readonly history: History;
  /** Values that were changed last are given so long to arrive, in ms. */
  readonly settleMs: number;
}

/**
 * Compares all keys by the product's own verification; then all incarnations of the streams with what was written to them.
 * @returns a report for each key by name; what belongs to no key is reported as one without a name.
 * @throws SyncError where a server can't be asked.
 */
export async function compareMirror({
  redis,
  db,
  wanted,
  history,
  settleMs,
}: ToCompare): Promise<KeyReport[]> {
  const found = new Map<string, Finding>();
  const progress = {
    begin: () => {},
    key: (finding: Finding) => void found.set(finding.key, finding),
    end: () => {},
  };
  await verifyMirror({ redis, db }, { wanted, types: KEY_TYPES, rules: ruleBook(), settleMs, progress });
  const reports: KeyReport[] = [];
  let documents = 0;
  for (const [, finding] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const written = history.streams.get(finding.key);
    const past = written && (await judgeHistory(db, written));
    documents += past?.documents ?? 0;
    reports.push(reportOf(finding, written, past));
  }
  const strays = (await db.collection(STREAM_MESSAGES).countDocuments({})) - documents;
  if (strays === 0) return reports;
  const problems = [`${strays} messages belong to no stream`];
  const nobody = {
    key: '',
    keyType: 'stream',
    incarnations: 0,
    messages: 0,
    members: 0,
    missing: 0,
    different: 0,
  };
  return [...reports, { ...nobody, duplicated: strays, problems }];
}

async function judgeHistory(db: Db, written: WrittenStream): Promise<StreamFindings> {
  const findings = new StreamFindings(written.key);
  await judgeMirror(db, STREAM_MESSAGES, written, findings);
  const record = await db
    .collection<{ _id: string; incarnation?: number }>('keys')
    .findOne({ _id: written.key });
  judgeCounts(record, findings, false);
  if (findings.lost > 0) findings.report('entries of an earlier life are missing', 'missing', findings.lost);
  if (findings.gap > 0) findings.report(`${findings.gap} entries count as gaps, but none was dropped`);
  if (record && record.incarnation !== written.incarnations.length)
    findings.report(`${written.incarnations.length} incarnations, but ${record.incarnation} in MongoDB`);
  return findings;
}

function reportOf(
  { key, type, compared, missing, different, problems }: Finding,
  written: WrittenStream | undefined,
  past: StreamFindings | undefined,
): KeyReport {
  return {
    key,
    keyType: type,
    incarnations: written?.incarnations.length ?? 0,
    messages: past?.entries ?? 0,
    members: type === METADATA_TYPE.names.keyType ? compared : 0,
    // Of a stream, both know of what it holds now.
    missing: Math.max(missing, past?.missing ?? 0),
    duplicated: past?.duplicated ?? 0,
    different: Math.max(different, past?.different ?? 0),
    problems: [...problems.map((problem) => `${key}: ${problem}`), ...(past?.problems ?? [])],
  };
}
