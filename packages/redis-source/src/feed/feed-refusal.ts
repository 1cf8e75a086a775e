/** Why a server does not report changes, and the remedy. */
export interface FeedRefusal {
  /** The server's words. */
  readonly reason: string;
  readonly remedy: string;
}

const NOT_KNOWN = /unknown (sub)?command|syntax error|wrong number of arguments|not supported|disabled/i;

/** What a refusal of CLIENT TRACKING means; `undefined` for an error that is none: a connection that ended, a server that loads. */
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
