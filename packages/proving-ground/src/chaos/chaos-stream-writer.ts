import { OneAtATime } from '@redis-to-mongo/pipeline';
import type { Fields } from '../generator/message-kinds.js';
import { contentDigest, pairsOf } from '../judge/content-digest.js';
import type { WrittenStream } from '../judge/written-stream.js';
import { ProvingError } from '../proving-error.js';
import type { NumberedFields } from './entry-content.js';
import { isRefusal, refused, type SourceConnection } from './source-connection.js';

/** Counts of entries whose XADD was not answered, by what Redis then held. */
export interface UnknownOutcomes {
  found: number;
  absent: number;
}

/** The only writer of one stream. It does one operation at a time, and records the result in Redis. */
export class ChaosStreamWriter extends OneAtATime {
  constructor(
    private readonly source: SourceConnection,
    readonly written: WrittenStream,
    private readonly outcomes: UnknownOutcomes,
  ) {
    super();
  }

  /**
   * Adds entries in one pipeline. If the connection is lost, it reads from Redis which of them were added.
   * @param idOf the id of the nth entry; default: an id from Redis.
   * @throws ProvingError `PROVING_REDIS` if Redis refuses an entry, or holds one that was not written.
   */
  async add(entries: readonly NumberedFields[], idOf: (n: number) => string = () => '*'): Promise<void> {
    const { key } = this.written;
    const replies = await this.source.attempt(async (redis) => {
      const pipeline = redis.pipeline();
      for (const [n, { fields }] of entries.entries()) pipeline.xadd(key, idOf(n), ...fields);
      return (await pipeline.exec()) ?? [];
    });
    const unanswered = entries.filter(({ fields, tooLarge }, n) => {
      const [error, id] = replies?.[n] ?? [];
      if (isRefusal(error)) throw refused(error);
      if (typeof id !== 'string') return true;
      this.written.add(id, digestOf(fields), tooLarge);
      return false;
    });
    if (unanswered.length > 0) await this.#find(unanswered);
  }

  /** Trims everything before the id. */
  async trimBefore(id: string): Promise<void> {
    await this.source.answered((redis) => redis.xtrim(this.written.key, 'MINID', id));
    const end = this.written.held.findIndex((entry) => entry.id === id);
    for (const entry of this.written.held.slice(0, Math.max(0, end))) entry.isRemoved = true;
  }

  /** Deletes entries by XDEL, and records it. */
  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.source.answered((redis) => redis.xdel(this.written.key, ...ids));
    const gone = new Set(ids);
    for (const entry of this.written.held) if (gone.has(entry.id)) entry.isRemoved = true;
  }

  /** Deletes the stream, and records the end of its incarnation. */
  async removeStream(): Promise<void> {
    await this.source.answered((redis) => redis.del(this.written.key));
    this.written.endIncarnation();
  }

  /**
   * Redis executed unanswered commands in order, up to some point. Reads the
   * entries after the last known one.
   */
  async #find(entries: readonly NumberedFields[]): Promise<void> {
    const { written } = this;
    const after = written.lastId === undefined ? '-' : `(${written.lastId}`;
    const found = await this.source.answered((redis) => redis.xrangeBuffer(written.key, after, '+'));
    const sent = entries.map(({ fields, tooLarge }) => ({ digest: digestOf(fields), tooLarge }));
    for (const [n, [id, flat]] of found.entries()) {
      const digest = contentDigest(pairsOf(flat));
      const entry = sent[n];
      if (entry?.digest !== digest)
        throw new ProvingError(
          'PROVING_REDIS',
          `${written.key}: Redis holds ${String(id)}, which was never written`,
        );
      written.add(String(id), digest, entry.tooLarge);
    }
    this.outcomes.found += found.length;
    this.outcomes.absent += sent.length - found.length;
  }
}

function digestOf(fields: Fields): number {
  return contentDigest(pairsOf(fields));
}
