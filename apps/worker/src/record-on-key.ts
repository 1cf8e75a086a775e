import { incarnationOf, type KeyState, type Line, type SyncError } from '@redis-to-mongo/pipeline';

/** Records an error on the key's document, as recordError of mongo-sink does. */
export type RecordError = (key: string, error: SyncError, first?: KeyState) => Promise<boolean>;

/**
 * Records an error on the key's document. A key that was never synced gets a document, so that its error is
 * visible.
 * @returns whether the error was recorded; false if the key is gone.
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
