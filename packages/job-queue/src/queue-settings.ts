import type { RedisAddress } from '@redis-to-mongo/redis-connection';

/** Where the queue is. */
export interface QueueSettings {
  readonly redis: RedisAddress;
  /** What all of the queue's keys begin with. */
  readonly prefix: string;
  /** See deadAfterMsOf. */
  readonly deadAfterMs?: number;
}

/** The silence, in ms, after which a process counts as dead: its claims, jobs and lease go to others. */
export function deadAfterMsOf({ deadAfterMs = 10_000 }: QueueSettings): number {
  return deadAfterMs;
}

/** The name of the BullMQ queue. */
export const QUEUE_NAME = 'sync';

/** The prefix of all keys in the queue's Redis; hash-tagged, so that a cluster keeps them in one slot. */
export function keyPrefix(settings: QueueSettings): string {
  return `{${settings.prefix}}`;
}

/** A Redis glob pattern that matches all of the queue's keys. */
export function queueKeyPattern(settings: QueueSettings): string {
  return `{${settings.prefix.replace(/[\\*?[\]^]/g, '\\$&')}}:*`;
}

/** The common beginning of the names of all of the queue's keys. */
export function queueKeysBeginWith(settings: QueueSettings): string {
  return `${keyPrefix(settings)}:`;
}
