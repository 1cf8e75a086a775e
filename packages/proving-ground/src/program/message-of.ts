/** An error that carries a code says all in its message; of any other one the stack is needed to find the mistake. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? error.message : (error.stack ?? error.message);
}
