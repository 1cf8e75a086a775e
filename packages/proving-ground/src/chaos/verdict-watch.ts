import { setTimeout as sleep } from 'node:timers/promises';
import { judge, type ReasonCode, type Verdict } from '@redis-to-mongo/fleet-status';
import { compareEntryIds, isEntryId } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import type { WrittenEntry, WrittenStream } from '../judge/written-stream.js';
import { repeatEvery } from '../program/until-moved.js';
import type { ChaosLoad } from './chaos-load.js';
import type { Losses } from './losses.js';
import type { ValueWatch } from './value-watch.js';

export interface VerdictWatchOptions {
  readonly load: ChaosLoad;
  readonly values: ValueWatch;
  readonly db: Db;
  readonly losses: Losses;
  /** Reads the facts that the dashboard and the command `status` use. */
  readonly readFacts: () => Promise<Parameters<typeof judge>[0]>;
}

const EVERY_MS = 1_000;
/** A mirror that lacks a change older than this, in ms, must not be called complete. */
const LATE_MS = 10_000;
const MAX_REPORTED = 20;
/**
 * A settled mirror must be called complete within this, in ms: a lease may have to end, and a sweep to run.
 */
const AT_REST_MS = 60_000;
const AGAIN_MS = 100;
/** Reasons for records that a run loses on purpose, and accounts for. The rest of the verdict must hold. */
const ACCOUNTED_FOR: ReadonlySet<ReasonCode> = new Set(['entries-lost', 'records-refused']);

/** Whether the verdict says that MongoDB has all current data, apart from losses and dead letters. */
export function saysComplete({ reasons }: Pick<Verdict, 'reasons'>): boolean {
  return reasons.every(({ code }) => ACCOUNTED_FOR.has(code));
}

/** Reads the verdict on the mirror every second, and compares it with what was written. */
export class VerdictWatch {
  readonly problems: string[] = [];
  asked = 0;
  /** Number of "complete" verdicts; see saysComplete. */
  complete = 0;
  /** How many of them were compared with what was written. */
  checked = 0;
  #last = 'nothing was read';

  constructor(private readonly options: VerdictWatchOptions) {}

  /**
   * Waits until another "complete" verdict was compared; a problem after AT_REST_MS. A settled mirror must be
   * called complete soon, and a run without a comparison proves nothing.
   */
  async untilComplete(signal: AbortSignal): Promise<void> {
    const before = this.checked;
    const deadline = performance.now() + AT_REST_MS;
    while (this.checked === before && performance.now() < deadline)
      await sleep(AGAIN_MS, undefined, { signal });
    if (this.checked === before)
      this.problems.push(`not called complete within ${AT_REST_MS / 1000} s after settling: ${this.#last}`);
  }

  /** Reads verdicts until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { load, values, db, losses, readFacts } = this.options;
    await repeatEvery(EVERY_MS, signal, async () => {
      const [now, wallMs] = [performance.now(), Date.now()];
      const counts = losses.reading();
      const late = streamsAt(load, wallMs - LATE_MS);
      const verdict: Verdict = judge(await readFacts());
      this.asked += 1;
      this.#last = verdict.title;
      if (saysComplete(verdict)) {
        this.complete += 1;
        const streams = await streamsBehind(db, late);
        const behind = [...(await values.readAll(now - LATE_MS)), ...(streams ?? [])];
        if (!counts()) return; // the verdict is older than a loss
        if (streams) this.checked += 1;
        if (behind.length > 0 && this.problems.length < MAX_REPORTED)
          this.problems.push(
            `called complete at ${new Date(wallMs).toISOString()} while changes older than 10 s were missing: ${behind.join(', ')}`,
          );
      }
    });
  }
}

interface Late {
  readonly written: WrittenStream;
  readonly entry: WrittenEntry;
  /** Number of incarnations at that time. */
  readonly incarnations: number;
}

/** For each stream, the last entry that was written before a time, in ms since 1970. */
function streamsAt(load: ChaosLoad, time: number): Late[] {
  return load.streams.flatMap(({ written }) => {
    const entry = written.held.findLast(({ id }) => Number(id.split('-')[0]) < time);
    return entry ? [{ written, entry, incarnations: written.incarnations.length }] : [];
  });
}

/** The streams whose entry is not in MongoDB yet; `undefined` if MongoDB does not answer. */
async function streamsBehind(db: Db, late: readonly Late[]): Promise<string[] | undefined> {
  const documents = await db
    .collection<{ _id: string } & Document>('keys')
    .find({ _id: { $in: late.map(({ written }) => written.key) } }, { projection: { 'position.entryId': 1 } })
    .toArray()
    .catch(() => undefined); // MongoDB is down
  if (!documents) return undefined;
  const positions = new Map(documents.map(({ _id, position }) => [_id, position?.entryId]));
  return late.flatMap(({ written, entry, incarnations }) => {
    const reached: unknown = positions.get(written.key);
    const isThere = isEntryId(reached) && compareEntryIds(reached, entry.id) >= 0;
    return isThere || entry.isRemoved || written.incarnations.length > incarnations ? [] : [written.key];
  });
}
