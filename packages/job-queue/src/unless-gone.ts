import { setTimeout as sleep } from 'node:timers/promises';
import type { connectRedis } from '@redis-to-mongo/redis-connection';

/** A server that does not answer for this long, in ms, is gone. */
const GONE_MS = 2_000;
const ASK_MS = 250;

/** Resolves when `closing` does, or when the server that it waits for stops answering. */
export async function unlessGone(
  redis: ReturnType<typeof connectRedis>,
  closing: Promise<unknown>,
): Promise<void> {
  const ended = new AbortController();
  const gone = untilGone(redis, ended.signal).catch(() => {}); // ended: the server has answered all the while
  try {
    await Promise.race([closing, gone]);
  } finally {
    ended.abort();
    closing.catch(() => {}); // anyone who closes has left
  }
}

async function untilGone(redis: ReturnType<typeof connectRedis>, signal: AbortSignal): Promise<void> {
  while (await answers(redis)) await sleep(ASK_MS, undefined, { signal });
}

async function answers(redis: ReturnType<typeof connectRedis>): Promise<boolean> {
  const timer = new AbortController();
  const answer = redis.ping().then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answer, sleep(GONE_MS, false, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}
