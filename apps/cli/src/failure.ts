import { asSyncError } from '@redis-to-mongo/pipeline';

/** The result of a key or record that failed, among many: with the code only, because a message can be long. */
export function failure(error: unknown): string {
  return `failed: ${asSyncError(error).code}`;
}
