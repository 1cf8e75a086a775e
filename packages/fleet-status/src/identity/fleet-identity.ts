import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobQueue } from '@redis-to-mongo/job-queue';
import { readTargetMark, targetCountedAgo, targetName, writeTargetMark } from '@redis-to-mongo/mongo-sink';
import { type connectRedis, type RedisAddress, throwRedisError } from '@redis-to-mongo/redis-connection';
import { type Comparison, compareFleets } from './compare-fleets.js';
import { type FleetMark, FORMAT, parseMark, parseMarkText, type StoredMark } from './fleet-mark.js';
import { mismatch } from './fleet-mismatch.js';
import { serverIds } from './server-ids.js';
import { sourceName } from './source-name.js';

/** The connections whose marks are compared. */
export interface IdentitySources {
  readonly queue: Pick<JobQueue, 'readMark' | 'writeMark'>;
  readonly db: Parameters<typeof readTargetMark>[0];
  readonly source: ReturnType<typeof connectRedis>;
  /** How the configuration names the source. */
  readonly address: RedisAddress;
}

/** The interval at which the active scheduler confirms the marks, in ms. */
export const KEEP_EVERY_MS = 5_000;
/** A mark that was confirmed longer ago than this, in ms, is kept by nobody. */
const KEPT_MS = 15_000;
/** A target that was counted on longer ago than this, in ms, has no active scheduler: one that lives counts every 5 s. */
const COUNTED_MS = 12_000;
/** A process that is unsure gives the active scheduler about 20 s: it reads the marks this often, at this interval in ms. */
const UNSURE_READS = 20;
const READ_EVERY_MS = 1_000;

interface Known {
  readonly comparison: Comparison;
  readonly ours: Omit<FleetMark, 'id'>;
  readonly queueText: string | undefined;
  readonly queue: StoredMark;
  readonly target: StoredMark;
}

/**
 * Which fleet this is: of which source, into which target. Queue and target carry a mark of it, so that nobody works on the
 * queue of another fleet by a wrong setting.
 */
export class FleetIdentity {
  readonly #sources: IdentitySources;

  constructor(sources: IdentitySources) {
    this.#sources = sources;
  }

  /** Compares the marks with the configuration, and changes nothing. @throws SyncError where one can't be read. */
  async compare(): Promise<Comparison> {
    return (await this.#read()).comparison;
  }

  /** @throws SyncError FLEET_MISMATCH where queue or target are another fleet's; else as compare. */
  async require(): Promise<void> {
    const comparison = await this.compare();
    if (comparison.is === 'other') throw mismatch(comparison);
  }

  /**
   * Sees to it that queue and target are this fleet's: marks them at its first start, and refuses those of another one.
   * @throws SyncError FLEET_MISMATCH, or as source, queue and target throw.
   */
  async confirm(): Promise<void> {
    // Counts reads, not time: a process that was suspended meanwhile has waited for nobody.
    for (let reads = 1; ; reads++) {
      const reading = await this.#read();
      const { comparison } = reading;
      if (comparison.is === 'other') throw mismatch(comparison);
      if (comparison.is === 'same' && (await this.#write(reading, comparison.id))) return;
      if (comparison.is === 'unsure' && reads > UNSURE_READS) throw mismatch(comparison);
      await sleep(READ_EVERY_MS);
    }
  }

  /**
   * What the active scheduler does every few seconds: confirms the marks, and puts them back where they went.
   * @throws SyncError FLEET_MISMATCH where another fleet has taken the queue over; or as source, queue and target throw.
   */
  async keep(): Promise<void> {
    const reading = await this.#read(false);
    const { comparison } = reading;
    if (comparison.is !== 'same') throw mismatch(comparison);
    await this.#write(reading, comparison.id);
  }

  /**
   * Makes queue and target those of this configuration, whatever they were: after a deliberate move.
   * @throws SyncError FLEET_MISMATCH where a newer version has written to one of them; or as source, queue and target throw.
   */
  async adopt(): Promise<void> {
    for (;;) {
      const { ours, queueText, queue, target, comparison } = await this.#read();
      if (comparison.is !== 'same' && (queue === 'newer' || target === 'newer')) throw mismatch(comparison);
      const mark: FleetMark = { id: randomUUID(), ...ours };
      await writeTargetMark(this.#sources.db, { ...mark });
      if (await this.#writeQueueMark(queueText, mark)) return;
    }
  }

  async #write({ ours, queueText, target }: Known, known: string | undefined): Promise<boolean> {
    const { db } = this.#sources;
    let id = known ?? randomUUID();
    if (!target) {
      await writeTargetMark(db, { id, ...ours }, true);
      // Of two first starts at once, one has made the mark.
      const made = parseMark(await readTargetMark(db));
      if (typeof made === 'object') id = made.id;
    }
    return await this.#writeQueueMark(queueText, { id, ...ours });
  }

  async #writeQueueMark(before: string | undefined, mark: FleetMark): Promise<boolean> {
    return await this.#sources.queue.writeMark(before, JSON.stringify(mark)).catch(throwRedisError('queue'));
  }

  /** @param heeds whether it matters that an active scheduler keeps the marks. */
  async #read(heeds = true): Promise<Known> {
    const { queue, db, source, address } = this.#sources;
    const [servers, queueMark, targetMark, countedMs = Number.POSITIVE_INFINITY] = await Promise.all([
      serverIds(source).catch(throwRedisError()),
      queue.readMark().catch(throwRedisError('queue')),
      readTargetMark(db),
      targetCountedAgo(db),
    ]);
    const ours = { format: FORMAT, source: sourceName(address), servers, target: targetName(db) };
    const stored = { queue: parseMarkText(queueMark.mark), target: parseMark(targetMark) };
    const isKept = heeds && queueMark.ageMs < KEPT_MS;
    // An active scheduler that can't reach the source, say, goes on counting, and does not keep the marks.
    const isForeign = heeds && countedMs < COUNTED_MS && !isKept && !queueMark.isLed;
    return {
      comparison: compareFleets({ ours, ...stored, isKept, isForeign }),
      ours,
      queueText: queueMark.mark,
      ...stored,
    };
  }
}
