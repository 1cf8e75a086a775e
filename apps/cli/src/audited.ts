import type { AuditBook, Deed } from '@redis-to-mongo/operations';

/** Runs an action and records its result in the audit. @throws what the action throws. */
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
