import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { contentDigest, pairsOf } from '../judge/content-digest.js';
import type { History } from '../judge/written-stream.js';
import { ProvingError } from '../proving-error.js';
import { type Fields, messageOf } from './message-kinds.js';
import type { StreamPlan } from './plan-keys.js';
import { type Random, seededRandom } from './random.js';

/** The messages to write to one stream. */
export interface Portion {
  readonly stream: StreamPlan;
  readonly messages: number;
}

/** Commands per pipeline: enough to fill the connection, few enough not to block Redis. */
const PIPELINED = 1_000;

/** Adds messages to streams, and records each in the history with the id from Redis. */
export class StreamWriter {
  readonly #randoms = new Map<string, Random>();

  constructor(
    private readonly redis: Redis,
    private readonly history: History,
  ) {}

  /** Writes messages. @throws ProvingError `PROVING_REDIS` if Redis refuses an entry. */
  async write(portions: readonly Portion[]): Promise<void> {
    let batch: { key: string; fields: Fields }[] = [];
    for (const { stream, messages } of portions) {
      const written = this.history.of(stream.key).entries;
      const random = this.#randomOf(stream.key);
      for (let n = written; n < written + messages; n++) {
        const fields = messageOf(stream.kind, random, n);
        batch.push({ key: stream.key, fields });
        if (batch.length === PIPELINED) {
          await this.#flush(batch);
          batch = [];
        }
      }
    }
    if (batch.length > 0) await this.#flush(batch);
  }

  /**
   * A generator per stream, seeded by its name: each run writes the same messages, in
   * whatever order streams are written.
   */
  #randomOf(key: string): Random {
    let random = this.#randoms.get(key);
    if (!random) {
      random = seededRandom(createHash('sha1').update(key).digest().readUInt32BE());
      this.#randoms.set(key, random);
    }
    return random;
  }

  async #flush(batch: readonly { key: string; fields: Fields }[]): Promise<void> {
    const pipeline = this.redis.pipeline();
    for (const { key, fields } of batch) pipeline.xadd(key, '*', ...fields);
    const replies = (await pipeline.exec()) ?? [];
    for (const [i, { key, fields }] of batch.entries()) {
      const [error, id] = replies[i] ?? [new Error('no reply'), undefined];
      if (error || typeof id !== 'string') {
        throw new ProvingError('PROVING_REDIS', `Redis did not take an entry of ${key}: ${error?.message}`, {
          cause: error,
        });
      }
      this.history.of(key).add(id, contentDigest(pairsOf(fields)));
    }
  }
}
