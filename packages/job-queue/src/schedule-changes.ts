import { inParts } from '@redis-to-mongo/pipeline';
import type { connectRedis } from '@redis-to-mongo/redis-connection';
import { keyPrefix, type QueueSettings } from './queue-settings.js';
import { Script } from './script.js';

/**
 * A change for the active scheduler: a key needs a job scheduler (`present`), no longer needs one (`gone`),
 * or was not read because an operator has paused it (`paused`).
 */
export interface ScheduleChange {
  readonly key: string;
  readonly is: (typeof WORDS)[number];
}

/** Changes per command: few enough not to hold up the server. */
const AT_ONCE = 1_000;
/**
 * KEYS: changes, taken changes. ARGV: limit. Moves at most that many changes to the taken ones, unless earlier
 * ones are left there. Answers the taken ones.
 */
const TAKE = new Script(`
if redis.call('EXISTS', KEYS[2]) == 0 then
  local some = redis.call('SPOP', KEYS[1], ARGV[1])
  for from = 1, #some, ${AT_ONCE} do
    redis.call('SADD', KEYS[2], unpack(some, from, math.min(from + ${AT_ONCE} - 1, #some)))
  end
end
return redis.call('SMEMBERS', KEYS[2])`);
const WORDS = ['present', 'gone', 'paused'] as const;

/**
 * Messages to the active scheduler, from workers and from its own sweeps, about new and deleted streams and
 * sets, and paused keys. They are a set in the queue's Redis, of texts: a word, a space, the key. Only one
 * process changes job schedulers, because several would conflict
 * (https://github.com/taskforcesh/bullmq/issues/3085). Changes that are being carried out are in a second set,
 * so that they outlive a scheduler that dies with them. If a message is lost, the next sweep finds the change.
 */
export class ScheduleChanges {
  readonly #name: string;
  readonly #takenName: string;

  constructor(
    private readonly redis: ReturnType<typeof connectRedis>,
    settings: QueueSettings,
  ) {
    this.#name = `${keyPrefix(settings)}:came-and-gone`;
    this.#takenName = `${this.#name}:taken`;
  }

  /** Adds changes for the scheduler. The same change twice is kept once. */
  async add(changes: readonly ScheduleChange[]): Promise<void> {
    if (changes.length === 0) return;
    for (const part of inParts(changes, AT_ONCE)) await this.redis.sadd(this.#name, ...part.map(textOf));
  }

  /** Number of changes that have not been carried out. */
  async count(): Promise<number> {
    const counts = await Promise.all([this.redis.scard(this.#name), this.redis.scard(this.#takenName)]);
    return counts[0] + counts[1];
  }

  /**
   * Returns at most `limit` changes, in any order: a key may have several. The same changes are returned again
   * until they are settled.
   */
  async take(limit: number): Promise<ScheduleChange[]> {
    const texts = await TAKE.texts(this.redis, [this.#name, this.#takenName], limit);
    return texts.map((text) => {
      const end = text.indexOf(' ');
      const word = text.slice(0, end);
      return { key: text.slice(end + 1), is: WORDS.find((each) => each === word) ?? 'present' };
    });
  }

  /** Forgets changes that were taken and carried out. */
  async settle(changes: readonly ScheduleChange[]): Promise<void> {
    for (const part of inParts(changes, AT_ONCE)) await this.redis.srem(this.#takenName, ...part.map(textOf));
  }
}

function textOf({ key, is }: ScheduleChange): string {
  return `${is} ${key}`;
}
