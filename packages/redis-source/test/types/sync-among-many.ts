import { type KeyEnd, type Line, type Slice, type SyncReport, syncKeys } from '@redis-to-mongo/pipeline';

/** As syncKey, but by syncKeys, with a neighbor that is not there; checks that each key's end is reported once. */
export async function syncAmongMany(line: Line, key: string, slice: Slice): Promise<SyncReport> {
  const ends = new Map<string, KeyEnd>();
  await syncKeys(
    line,
    [`${key}: a neighbor`, key],
    () => slice,
    (settled, end) => {
      if (ends.has(settled)) throw new Error(`${settled} has ended twice`);
      ends.set(settled, end);
    },
  );
  const end = ends.get(key);
  if (!end || ends.size !== 2) throw new Error(`${ends.size} of 2 keys have ended`);
  if ('error' in end) throw end.error;
  return end.report;
}
