import { createHash } from 'node:crypto';
import { parseHeader, unitsOf } from '@redis-to-mongo/mongo-sink';
import { bytesOf, keyBytes } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import type { Db, Document } from 'mongodb';

export interface SetComparison {
  /** Members in Redis. */
  readonly members: number;
  readonly verdict: 'equal' | 'missing' | 'different';
  /** In words, for a verdict other than equal. */
  readonly problem: string;
}

interface UnitDocument extends Document {
  readonly _id: string;
  readonly key: string;
  readonly since: number;
  readonly until: number | null;
}

/** Members that Redis is asked about at once. */
const PAGE = 1000;

/**
 * Compares a set with what MongoDB holds of it, member by member, as bytes; also where each member is a document of its
 * own. A set that is not in Redis must be empty and inactive in MongoDB, or not there at all. Memory: the set's own
 * document, and about 100 bytes for each member.
 */
export async function compareSet(redis: Redis, db: Db, key: string): Promise<SetComparison> {
  const [members, document] = await Promise.all([
    redis.scard(keyBytes(key)),
    db.collection<{ _id: string } & Document>('sets').findOne({ _id: key }),
  ]);
  if (!document) {
    return { members, verdict: members > 0 ? 'missing' : 'equal', problem: `${key}: no document` };
  }
  const problem = (await differenceOf(redis, db, members, document)) ?? headerProblem(members, document);
  return { members, verdict: problem ? 'different' : 'equal', problem: `${key}: ${problem}` };
}

function headerProblem(members: number, { size, active }: Document): string | undefined {
  if (size !== members) return `size ${String(size)} of ${members}`;
  return active === members > 0 ? undefined : `active is ${String(active)}`;
}

async function differenceOf(
  redis: Redis,
  db: Db,
  members: number,
  document: { _id: string } & Document,
): Promise<string | undefined> {
  const stored = document.form === 'members' ? memberUnits(db, document) : document.members;
  if (document.form !== 'members' && !Array.isArray(stored)) return 'the document has no members';
  const met = new Set<string>();
  let found = 0;
  try {
    for await (const page of pagesOf(stored)) {
      for (const member of page) {
        const fingerprint = createHash('sha1').update(member).digest('base64');
        if (met.has(fingerprint)) return 'a member is stored twice';
        met.add(fingerprint);
      }
      const there = await redis.smismember(keyBytes(document._id), ...page);
      found += there.filter((is) => is === 1).length;
    }
  } catch (error) {
    if (error instanceof TypeError) return 'a member is neither text nor bytes';
    throw error;
  }
  const lacking = members - found;
  const surplus = met.size - found;
  return lacking + surplus > 0 ? `${lacking} members lacking, ${surplus} too many` : undefined;
}

/** The members that are documents of their own. */
async function* memberUnits(db: Db, header: Document): AsyncGenerator<unknown> {
  const units = db.collection<UnitDocument>('set_members').find(unitsOf(parseHeader(header)), {
    projection: { member: 1 },
    batchSize: PAGE,
  });
  for await (const unit of units) yield unit.member;
}

/** @throws TypeError when a member is neither text nor bytes. */
async function* pagesOf(members: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<Buffer[]> {
  let page: Buffer[] = [];
  for await (const member of members) {
    page.push(bytesOf(member));
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
