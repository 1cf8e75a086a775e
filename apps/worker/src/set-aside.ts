import { firstState, inCollection, type Line, placeOf, SyncError } from '@redis-to-mongo/pipeline';

/** What is said of a key that is set aside. */
export function setAsideError(): SyncError {
  return new SyncError(
    'KEY_SET_ASIDE',
    'unknown',
    'three jobs in a row began on this key and never ended (did their workers die?); it rests for an hour',
  );
}

/** Sees to it that MongoDB has a document of the key, so that its error shows there, though it was never synced. */
export async function introduceKey(line: Line, key: string): Promise<void> {
  if (await line.sink.load(key)) return;
  const type = await line.source.typeOf(key);
  if (typeof type !== 'string') return;
  const collection = line.rules?.collectionFor(key, type) ?? null;
  const first = inCollection(firstState(key, placeOf(key, line.separator), type, line.now()), collection);
  await line.sink.save(first, { ...first, revision: 1 });
}
