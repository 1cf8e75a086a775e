import { inTime as waitInTime } from '@redis-to-mongo/pipeline';

/** A server did not answer in time for the page. */
class NotInTime extends Error {
  override readonly name = 'NotInTime';
  readonly code: string;

  constructor(code: string, ms: number) {
    super(`no answer within ${ms} ms`);
    this.code = code;
  }
}

/**
 * The result of the work, if it comes within `ms`. A later result is dropped.
 * @throws what the work throws; after the time limit, an error with the given code.
 */
export async function inTime<Value>(work: Promise<Value>, ms: number, code: string): Promise<Value> {
  return await waitInTime(work, ms, () => new NotInTime(code, ms));
}

/** The code of an error. Only the code may be shown, since messages can name hosts, users or data. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}
