import type { RedisAddress } from '@redis-to-mongo/redis-connection';

/** The queue's Redis, and its place there. */
export interface QueueSettings {
  readonly redis: RedisAddress;
  /** The prefix of all keys of the queue. */
  readonly prefix: string;
  /** See deadAfterMsOf. */
  readonly deadAfterMs?: number;
}

/**
 * The time without a heartbeat, in ms, after which a process counts as dead. Its claims, jobs and lease then
 * go to other processes.
 */
export function deadAfterMsOf({ deadAfterMs = 10_000 }: QueueSettings): number {
  return deadAfterMs;
}

/** The name of the BullMQ queue. */
export const QUEUE_NAME = 'sync';

/**
 * The prefix of all keys in the queue's Redis. The braces are a hash tag: a cluster keeps all keys in one
 * slot.
 */
export function keyPrefix(settings: Pick<QueueSettings, 'prefix'>): string {
  return `{${settings.prefix}}`;
}

/** A Redis glob pattern that matches all of the queue's keys. */
export function queueKeyPattern(settings: QueueSettings): string {
  return `{${settings.prefix.replace(/[\\*?[\]^]/g, '\\$&')}}:*`;
}

/** The common prefix of the names of all keys of the queue. */
export function queueKeysBeginWith(settings: QueueSettings): string {
  return `${keyPrefix(settings)}:`;
}
