import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobQueue } from '@redis-to-mongo/job-queue';
import { readTargetMark, targetCountedAgo, targetName, writeTargetMark } from '@redis-to-mongo/mongo-sink';
import { type connectRedis, type RedisAddress, throwRedisError } from '@redis-to-mongo/redis-connection';
import { type Comparison, compareFleets, type Marks } from './compare-fleets.js';
import { type FleetMark, FORMAT, parseMark, parseMarkText } from './fleet-mark.js';
import { mismatch } from './fleet-mismatch.js';
import { serverIds } from './server-ids.js';
import { sourceName } from './source-name.js';

/** The connections to queue, target and source. */
export interface IdentitySources {
  readonly queue: Pick<JobQueue, 'readMark' | 'writeMark'>;
  readonly db: Parameters<typeof readTargetMark>[0];
  readonly source: ReturnType<typeof connectRedis>;
  /** The source's address in the configuration. */
  readonly address: RedisAddress;
}

/** The interval at which the active scheduler confirms the marks, in ms. */
export const KEEP_EVERY_MS = 5_000;
/** If a mark was confirmed longer ago than this, in ms, no active scheduler keeps it. */
const KEPT_MS = 15_000;
/**
 * If a target was counted longer ago than this, in ms, it has no active scheduler: a live one counts every 5
 * s.
 */
const COUNTED_MS = 12_000;
/**
 * An unsure process waits about 20 s for the active scheduler: it reads the marks this many times,
 * READ_EVERY_MS apart.
 */
const UNSURE_READS = 20;
const READ_EVERY_MS = 1_000;

interface Known extends Pick<Marks, 'ours' | 'queue' | 'target'> {
  readonly comparison: Comparison;
  readonly queueText: string | undefined;
}

/**
 * The identity of the fleet: its source and target. Queue and target carry a mark of it, so that no process
 * works on another fleet's queue because of a wrong setting.
 */
export class FleetIdentity {
  constructor(private readonly sources: IdentitySources) {}

  /**
   * Compares the marks with the configuration. Changes nothing.
   * @throws SyncError if a mark cannot be read.
   */
  async compare(): Promise<Comparison> {
    return (await this.#read()).comparison;
  }

  /** @throws SyncError FLEET_MISMATCH if queue or target belong to another fleet; otherwise as compare. */
  async require(): Promise<void> {
    const comparison = await this.compare();
    if (comparison.is === 'other') throw mismatch(comparison);
  }

  /**
   * Ensures that queue and target belong to this fleet: marks them at the fleet's first start, and refuses
   * those of another fleet.
   * @throws SyncError FLEET_MISMATCH, or as source, queue and target throw.
   */
  async confirm(): Promise<void> {
    // Counts reads, not time: a process that was suspended meanwhile has not really waited.
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
   * Confirms the marks, and writes lost ones again. The active scheduler calls it every few seconds.
   * @throws SyncError FLEET_MISMATCH if another fleet has taken over the queue; or as source, queue and
   * target throw.
   */
  async keep(): Promise<void> {
    const reading = await this.#read(false);
    const { comparison } = reading;
    if (comparison.is !== 'same') throw mismatch(comparison);
    await this.#write(reading, comparison.id);
  }

  /**
   * Gives queue and target to this configuration, whatever fleet they belonged to: for a deliberate move.
   * @throws SyncError FLEET_MISMATCH if a newer version has written to one of them; or as source, queue and
   * target throw.
   */
  async adopt(): Promise<void> {
    for (;;) {
      const { ours, queueText, queue, target, comparison } = await this.#read();
      if (comparison.is !== 'same' && (queue === 'newer' || target === 'newer')) throw mismatch(comparison);
      const mark: FleetMark = { id: randomUUID(), ...ours };
      await writeTargetMark(this.sources.db, { ...mark });
      if (await this.#writeQueueMark(queueText, mark)) return;
    }
  }

  async #write({ ours, queueText, target }: Known, known: string | undefined): Promise<boolean> {
    const { db } = this.sources;
    let id = known ?? randomUUID();
    if (!target) {
      await writeTargetMark(db, { id, ...ours }, true);
      // Of two concurrent first starts, only one has written the mark.
      const made = parseMark(await readTargetMark(db));
      if (typeof made === 'object') id = made.id;
    }
    return await this.#writeQueueMark(queueText, { id, ...ours });
  }

  async #writeQueueMark(before: string | undefined, mark: FleetMark): Promise<boolean> {
    return await this.sources.queue.writeMark(before, JSON.stringify(mark)).catch(throwRedisError('queue'));
  }

  /** @param heeds whether to consider that an active scheduler keeps the marks. */
  async #read(heeds = true): Promise<Known> {
    const { queue, db, source, address } = this.sources;
    const [servers, queueMark, targetMark, countedMs = Number.POSITIVE_INFINITY] = await Promise.all([
      serverIds(source).catch(throwRedisError()),
      queue.readMark().catch(throwRedisError('queue')),
      readTargetMark(db),
      targetCountedAgo(db),
    ]);
    const ours = { format: FORMAT, source: sourceName(address), servers, target: targetName(db) };
    const stored = { queue: parseMarkText(queueMark.mark), target: parseMark(targetMark) };
    const isKept = heeds && queueMark.ageMs < KEPT_MS;
    // An active scheduler that cannot reach the source, for example, still counts, but does not confirm the
    // marks.
    const isForeign = heeds && countedMs < COUNTED_MS && !isKept && !queueMark.isLed;
    return {
      comparison: compareFleets({ ours, ...stored, isKept, isForeign }),
      ours,
      queueText: queueMark.mark,
      ...stored,
    };
  }
}
