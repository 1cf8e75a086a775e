import { incarnationOf, type KeyState, type Line, type SyncError } from '@redis-to-mongo/pipeline';

/** Records an error on the key's document, as recordError of mongo-sink does. */
export type RecordError = (key: string, error: SyncError, first?: KeyState) => Promise<boolean>;

/**
 * Records an error on the key's document, and makes one for a key that has none since it was never synced: its error would
 * be seen by nobody.
 * @returns whether it is recorded: not, where the key is gone.
 * @throws SyncError as source and sink do.
 */
export async function recordOnKey(
  line: Line,
  record: RecordError,
  key: string,
  error: SyncError,
): Promise<boolean> {
  if (await record(key, error)) return true;
  const type = await line.source.typeOf(key);
  if (typeof type !== 'string') return false;
  return await record(key, error, incarnationOf(line, undefined, key, type));
}
