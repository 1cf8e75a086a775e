/** Why a server does not report changes, and the remedy. */
export interface FeedRefusal {
  /** The server's words. */
  readonly reason: string;
  readonly remedy: string;
}

const NOT_KNOWN = /unknown (sub)?command|syntax error|wrong number of arguments|not supported|disabled/i;

/**
 * The meaning of an error of CLIENT TRACKING; `undefined` if it is not a refusal: the connection ended, or
 * the server is loading.
 */
export function feedRefusalOf(error: unknown): FeedRefusal | undefined {
  const message = error instanceof Error ? error.message : String(error);
  if (message.startsWith('NOPERM'))
    return {
      reason: message,
      remedy: 'grant the user +client|id, +client|tracking, +subscribe and the channel __redis__:invalidate',
    };
  if (!NOT_KNOWN.test(message)) return undefined;
  return {
    reason: message,
    remedy: 'use Redis 6.0 or newer, or another server that knows CLIENT TRACKING BCAST',
  };
}
