import type { AuditBook, Deed } from '@redis-to-mongo/operations';

/** Does something, and has it kept how it ended. @throws what it throws. */
export async function audited<Result>(
  audit: AuditBook,
  deed: Omit<Deed, 'result' | 'error'>,
  run: () => Promise<Result>,
  resultOf: (result: Result) => string,
): Promise<Result> {
  try {
    const result = await run();
    await audit.note({ ...deed, result: resultOf(result) });
    return result;
  } catch (error) {
    await audit.note({ ...deed, result: 'failed', error });
    throw error;
  }
}
