import { setTimeout as sleep } from 'node:timers/promises';
import { isInTime } from '@redis-to-mongo/pipeline';
import type { connectRedis } from '@redis-to-mongo/redis-connection';

/** A server that does not answer for this long, in ms, counts as gone. */
const GONE_MS = 2_000;
const ASK_MS = 250;

/** Resolves when `closing` does, or when the server stops answering. */
export async function unlessGone(
  redis: ReturnType<typeof connectRedis>,
  closing: Promise<unknown>,
): Promise<void> {
  const ended = new AbortController();
  const gone = untilGone(redis, ended.signal).catch(() => {}); // aborted: the server kept answering
  try {
    await Promise.race([closing, gone]);
  } finally {
    ended.abort();
    closing.catch(() => {}); // the caller no longer waits for it
  }
}

async function untilGone(redis: ReturnType<typeof connectRedis>, signal: AbortSignal): Promise<void> {
  while (await isInTime(redis.ping(), GONE_MS)) await sleep(ASK_MS, undefined, { signal });
}
