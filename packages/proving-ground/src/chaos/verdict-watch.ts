import { setTimeout as sleep } from 'node:timers/promises';
import { judge, type Verdict } from '@redis-to-mongo/fleet-status';
import { compareEntryIds, isEntryId } from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import type { ChaosLoad } from './chaos-load.js';
import type { ValueWatch } from './value-watch.js';
import type { WrittenEntry, WrittenStream } from './written-stream.js';

export interface VerdictWatchOptions {
  readonly load: ChaosLoad;
  readonly values: ValueWatch;
  readonly db: Db;
  /** Reads what the page and the command `status` rest on. */
  readonly readFacts: () => Promise<Parameters<typeof judge>[0]>;
}

const EVERY_MS = 1_000;
/** A mirror that lacks a change of so long ago, in ms, must not be called complete. */
const LATE_MS = 10_000;
const TOLD = 20;

/** Asks for the verdict on the mirror every second, and holds it against what was written. */
export class VerdictWatch {
  readonly problems: string[] = [];
  asked = 0;
  complete = 0;
  readonly #options: VerdictWatchOptions;

  constructor(options: VerdictWatchOptions) {
    this.#options = options;
  }

  /** Asks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { load, values, db, readFacts } = this.#options;
    while (!signal.aborted) {
      const [now, wallMs] = [performance.now(), Date.now()];
      const late = streamsAt(load, wallMs - LATE_MS);
      const verdict: Verdict = judge(await readFacts());
      this.asked += 1;
      if (verdict.level === 'complete') {
        this.complete += 1;
        const behind = [...(await values.look(now - LATE_MS)), ...(await streamsBehind(db, late))];
        if (behind.length > 0 && this.problems.length < TOLD)
          this.problems.push(
            `called complete at ${new Date(wallMs).toISOString()} while changes of 10 s ago were missing: ${behind.join(', ')}`,
          );
      }
      await sleep(EVERY_MS, undefined, { signal }).catch(() => {}); // aborted: the loop ends
    }
  }
}

interface Late {
  readonly written: WrittenStream;
  readonly entry: WrittenEntry;
  /** Lives of the stream until then. */
  readonly lives: number;
}

/** Of each stream, the last entry that was written before a time, in ms since 1970. */
function streamsAt(load: ChaosLoad, time: number): Late[] {
  return load.streams.flatMap(({ written }) => {
    const entry = written.held.findLast(({ id }) => Number(id.split('-')[0]) < time);
    return entry ? [{ written, entry, lives: written.lives.length }] : [];
  });
}

async function streamsBehind(db: Db, late: readonly Late[]): Promise<string[]> {
  const documents = await db
    .collection<{ _id: string } & Document>('keys')
    .find({ _id: { $in: late.map(({ written }) => written.key) } }, { projection: { 'position.entryId': 1 } })
    .toArray()
    .catch(() => undefined); // it is down by now
  if (!documents) return [];
  const positions = new Map(documents.map(({ _id, position }) => [_id, position?.entryId]));
  return late.flatMap(({ written, entry, lives }) => {
    const reached: unknown = positions.get(written.key);
    const isThere = isEntryId(reached) && compareEntryIds(reached, entry.id) >= 0;
    return isThere || entry.isRemoved || written.lives.length > lives ? [] : [written.key];
  });
}
