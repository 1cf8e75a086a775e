import { inTime as waitInTime } from '@redis-to-mongo/pipeline';

/** A server did not answer while someone waited for the page. */
class NotInTime extends Error {
  override readonly name = 'NotInTime';
  readonly code: string;

  constructor(code: string, ms: number) {
    super(`no answer within ${ms} ms`);
    this.code = code;
  }
}

/**
 * What the work answers, if that comes within `ms`. What comes later is dropped.
 * @throws what the work throws; after the time an error with the given code.
 */
export async function inTime<Value>(work: Promise<Value>, ms: number, code: string): Promise<Value> {
  return await waitInTime(work, ms, () => new NotInTime(code, ms));
}

/** The code of an error: what may be shown of it, since messages can name hosts, users or data. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}
