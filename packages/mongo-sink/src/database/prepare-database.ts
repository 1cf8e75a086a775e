import type { RuleSpec } from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { connected } from '../connection/ensure-connected.js';
import { dropFormerIndexes } from '../indexes/drop-former-indexes.js';
import { LIST_INDEXES } from '../indexes/list-indexes.js';
import { makeIndex } from '../indexes/make-index.js';
import { ruleIndexes } from '../indexes/rule-indexes.js';
import { type Index, VALUE_INDEXES } from '../indexes/value-indexes.js';
import { AUDIT_INDEXES } from '../reports/audit.js';
import { HISTORY_INDEXES } from '../reports/fleet-history.js';
import { makeStreamsView } from './streams-view.js';

/** The indexes beyond `_id` that the fleet and its pages use; `_id` itself reads a stream back in order. */
export const INDEXES: readonly Index[] = [
  ...LIST_INDEXES,
  { collection: 'keys', key: { 'gaps.at': 1 }, partialFilterExpression: { 'counts.gap': { $gt: 0 } } },
  {
    collection: 'keys',
    key: { goneCheckedAt: 1 },
    partialFilterExpression: { goneCheckedAt: { $gt: new Date(0) } },
  },
  { collection: 'dead_letters', key: { stream: 1, at: 1 } },
  { collection: 'dead_letters', key: { at: 1, _id: 1 } },
  { collection: 'dead_letters', key: { collection: 1, at: 1, _id: 1 } },
  { collection: 'dead_letters', key: { code: 1, at: 1, _id: 1 } },
  { collection: 'dead_letter_parts', key: { letter: 1, part: 1 } },
  ...AUDIT_INDEXES,
  ...HISTORY_INDEXES,
  ...VALUE_INDEXES,
];

/**
 * Makes the indexes that are not there yet, and the view of streams where a rule asks for it, and asks the server for its limits.
 * @param rules whose collections need indexes too.
 * @returns the largest document the server takes, in bytes (16 MiB where it does not say).
 * @throws SyncError as makeIndex throw.
 */
export async function prepareDatabase(
  db: Db,
  rules: readonly RuleSpec[] = [],
): Promise<{ maxDocumentBytes: number }> {
  return await connected(db, async () => {
    const hello = await db.command({ hello: 1 });
    for (const index of [...INDEXES, ...ruleIndexes(rules)]) await makeIndex(db, index);
    await dropFormerIndexes(db);
    await makeStreamsView(db, rules);
    return { maxDocumentBytes: Number(hello.maxBsonObjectSize ?? 16 * 1024 * 1024) };
  });
}
