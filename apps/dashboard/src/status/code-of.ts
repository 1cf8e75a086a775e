/** The code of an error: what may be shown of it, since messages can name hosts, users or data. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}
