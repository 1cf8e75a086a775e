import type { Redis } from 'ioredis';
import { type Db, type Document, ObjectId } from 'mongodb';

/** Times of the old engine's, a day apart. */
export const day = (n: number) => new Date(Date.UTC(2025, 0, 6 + n));

/** Adds entries whose ids are of a past day, and gives their ids. */
export async function addEntries(redis: Redis, key: string, from: number, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = from; i < from + count; i++) {
    const id = `${day(0).getTime() + i * 1000}-0`;
    await redis.xadd(key, id, 'n', String(i), 'of', key);
    ids.push(id);
  }
  return ids;
}

/** The content that the old engine made of the entries that addEntries adds. */
const contentOf = (key: string, n: number) => ({ n: String(n), of: key });

/** One week of the old engine's first generation: a document for the stream, and a message for each entry from `from` to before `to`. */
export async function aWeek(
  db: Db,
  week: number,
  name: string,
  {
    from,
    to,
    read,
    sets = {},
    infos = [],
  }: { from: number; to: number; read: string; sets?: Document; infos?: readonly string[] },
): Promise<void> {
  const _id = new ObjectId();
  const at = day(7 * week);
  await db.collection(`stream_2025_week_${week}`).insertOne({
    _id,
    created_at: at,
    updated_at: at,
    name,
    metadata_sets: sets,
    last_redis_read_id: read,
  });
  const messages = Array.from({ length: to - from }, (_, i) => ({
    created_at: new Date(at.getTime() + i),
    stream: _id,
    content: contentOf(name, from + i),
    type: 'main',
  }));
  const ofInfos = infos.map((type, i) => ({
    created_at: new Date(at.getTime() + i),
    stream: _id,
    content: { i: String(i) },
    type,
  }));
  const all = [...messages, ...ofInfos];
  if (all.length > 0) await db.collection(`stream_message_2025_week_${week}`).insertMany(all);
}

/** A stream of the old engine's last generation, with messages of these entries. */
export async function anAccStream(
  db: Db,
  key: string,
  ids: readonly string[],
  {
    read,
    activeNow = true,
    history = [],
  }: { read: string; activeNow?: boolean; history?: readonly Document[] },
): Promise<void> {
  const _id = new ObjectId();
  await db.collection('stream_acc').insertOne({
    _id,
    created_at: day(0),
    updated_at: day(3),
    key,
    active_now: activeNow,
    last_redis_read_id: read,
    activity_history: history,
  });
  if (ids.length === 0) return;
  await db
    .collection('stream_message_acc')
    .insertMany(ids.map((rid, i) => ({ created_at: day(1), stream: _id, rid, content: contentOf(key, i) })));
}

/** Every old document, to see that none is changed. */
export async function oldState(db: Db): Promise<unknown> {
  const names = (await db.listCollections().toArray())
    .map(({ name }) => name)
    .filter((name) => /week|_acc$/.test(name));
  return await Promise.all(
    names.sort().map(async (name) => [name, await db.collection(name).find().sort({ _id: 1 }).toArray()]),
  );
}
