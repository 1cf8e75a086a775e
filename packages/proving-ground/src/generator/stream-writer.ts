import { hash } from 'node:crypto';
import { inParts } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { contentDigest, pairsOf } from '../judge/content-digest.js';
import type { History } from '../judge/written-stream.js';
import { messageOf } from './message-kinds.js';
import type { StreamPlan } from './plan-keys.js';
import { type Random, seededRandom } from './random.js';
import { runPipeline } from './run-pipeline.js';

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
    const due = portions.flatMap(({ stream: { key, kind }, messages }) => {
      const written = this.history.of(key).entries;
      const random = this.#randomOf(key);
      return Array.from({ length: messages }, (_, i) => ({
        key,
        fields: messageOf(kind, random, written + i),
      }));
    });
    for (const batch of inParts(due, PIPELINED)) {
      const pipeline = this.redis.pipeline();
      for (const { key, fields } of batch) pipeline.xadd(key, '*', ...fields);
      const ids = await runPipeline(pipeline);
      for (const [i, { key, fields }] of batch.entries())
        this.history.of(key).add(String(ids[i]), contentDigest(pairsOf(fields)));
    }
  }

  /**
   * A generator per stream, seeded by its name: each run writes the same messages, in
   * whatever order streams are written.
   */
  #randomOf(key: string): Random {
    let random = this.#randoms.get(key);
    if (!random) {
      random = seededRandom(hash('sha1', key, 'buffer').readUInt32BE());
      this.#randoms.set(key, random);
    }
    return random;
  }
}
