import type { Item } from '@redis-to-mongo/key-types';
import type { OldCollection } from '@redis-to-mongo/mongo-sink';

/** What the old engine kept of values, by the names that are ours too. */
export type OldValueKind = Exclude<OldCollection['kind'], 'streams' | 'messages'>;

/** The items of a value as the old engine kept them. @returns `undefined` where they are of no form that is known. */
export function itemsOfOld(keyType: OldValueKind, value: unknown): readonly Item[] | undefined {
  if (keyType === 'string') return typeof value === 'string' ? [[Buffer.from(value)]] : undefined;
  if (keyType === 'json') return value === undefined ? undefined : [[Buffer.from(JSON.stringify(value))]];
  if (!Array.isArray(value)) return undefined;
  const items = value.map((each: unknown) => (keyType === 'zset' ? scored(each) : texts(each)));
  return items.every((item) => item !== undefined) ? items : undefined;
}

function texts(value: unknown): Item | undefined {
  return typeof value === 'string' ? [Buffer.from(value)] : undefined;
}

/** A member with its score: Redis' clients call the member `value`, others `member`. */
function scored(each: unknown): Item | undefined {
  if (typeof each !== 'object' || each === null || !('score' in each)) return undefined;
  const member = 'value' in each ? each.value : 'member' in each ? each.member : undefined;
  const score = String(each.score);
  const isScore = /^[+-]?inf(inity)?$/i.test(score) || (score !== '' && !Number.isNaN(Number(score)));
  if (typeof member !== 'string' || !isScore) return undefined;
  return [Buffer.from(member), Buffer.from(score.replace(/^\+/, '').replace(/infinity/i, 'inf'))];
}
