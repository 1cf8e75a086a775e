import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { Script } from './script.js';

/**
 * A key that should have a job scheduler (`present`), or should have none any more (`gone`); or one that was left unread, since an
 * operator has paused it (`paused`).
 */
export interface ScheduleChange {
  readonly key: string;
  readonly is: (typeof WORDS)[number];
}

const WORDS = ['present', 'gone', 'paused'] as const;

/** KEYS: changes. ARGV: limit. Takes some of them out. */
const TAKE = new Script(`
local page = redis.call('HSCAN', KEYS[1], 0, 'COUNT', ARGV[1])[2]
for i = 1, #page, 2 do redis.call('HDEL', KEYS[1], page[i]) end
return page`);

/**
 * What workers tell the active scheduler of streams and sets that they met for the first time, or found gone, and of paused keys: a
 * hash in the queue's Redis. One process changes job schedulers, not many: those would get in each other's way
 * (https://github.com/taskforcesh/bullmq/issues/3085). What is lost here is found by the next sweep.
 */
export class ScheduleChanges {
  readonly #redis: ReturnType<typeof connectRedis>;
  readonly #name: string;

  constructor(redis: ReturnType<typeof connectRedis>, settings: QueueSettings) {
    this.#redis = redis;
    this.#name = `${keyPrefix(settings)}:schedule-changes`;
  }

  async add(changes: readonly ScheduleChange[]): Promise<void> {
    if (changes.length === 0) return;
    await this.#redis.hset(this.#name, ...changes.flatMap(({ key, is }) => [key, is]));
  }

  /** Takes about `limit` of them; who takes them has to carry them out. */
  async take(limit: number): Promise<ScheduleChange[]> {
    const reply = await TAKE.run(this.#redis, [this.#name], limit);
    const page = Array.isArray(reply) ? reply.map(String) : [];
    const changes: ScheduleChange[] = [];
    for (let i = 0; i + 1 < page.length; i += 2)
      changes.push({ key: page[i] ?? '', is: WORDS.find((word) => word === page[i + 1]) ?? 'present' });
    return changes;
  }
}
