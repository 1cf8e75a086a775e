import { readKey, readMirroredValue } from '@redis-to-mongo/mongo-sink';
import type { Db } from 'mongodb';
import { repeatEvery } from '../program/until-moved.js';
import type { Losses } from './losses.js';
import { ABSENT, type ValueDigest, valueDigest, type WrittenValue } from './written-value.js';

const EVERY_MS = 300;
/** The pause is at least this many times as long as the reading: the watch must not slow down the mirror. */
const PAUSE_PER_READ = 2;
const MAX_REPORTED = 20;
/**
 * After a loss, a value with one document per member can be a mixture of states until it is read again: see the
 * limits of a dropped or restored target in docs/guarantees.md. In ms.
 */
const MIXED_MS = 30_000;

/**
 * Reads values in MongoDB repeatedly. Each state must be one that Redis had, and
 * never older than an earlier one.
 */
export class ValueWatch {
  readonly problems: string[] = [];
  /** The last version seen, by key. */
  readonly #seen = new Map<string, number>();
  readonly #states = new Map<string, Set<number>>();

  constructor(
    private readonly db: Db,
    private readonly values: readonly WrittenValue[],
    private readonly losses: Losses,
  ) {
    losses.onLoss(() => this.#seen.clear());
  }

  /** Number of different states seen. */
  get states(): number {
    return [...this.#states.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Reads until the signal aborts. Skips values while MongoDB is down. */
  async run(signal: AbortSignal): Promise<void> {
    let readMs = 0;
    const pauseMs = () => Math.max(EVERY_MS, PAUSE_PER_READ * readMs);
    await repeatEvery(pauseMs, signal, async () => {
      const began = performance.now();
      await this.readAll();
      readMs = performance.now() - began;
    });
  }

  /**
   * Reads each value once.
   * @param time by performance.now().
   * @returns the keys for which MongoDB lacks a change that Redis certainly had at that time.
   */
  async readAll(time = Number.NEGATIVE_INFINITY): Promise<string[]> {
    const counts = this.losses.reading();
    const behind = this.values.map(async (value) => {
      const from = this.#seen.get(value.key) ?? 0;
      const found = await readMirrored(this.db, value.key).catch(() => undefined);
      if (!counts()) return [];
      // A reading that began later may have ended sooner.
      if (!found || (this.#seen.get(value.key) ?? 0) !== from) return [];
      const { digest, isLarge } = found;
      if (!isLarge || this.losses.msSinceLast() >= MIXED_MS) this.take(value, digest);
      const isBehind = value.find(digest, value.versionAt(time)) === undefined;
      return isBehind && !(digest === ABSENT && value.mayBeAbsent) ? [value.key] : [];
    });
    return (await Promise.all(behind)).flat();
  }

  /** Judges one state in MongoDB. */
  take(value: WrittenValue, digest: ValueDigest): void {
    if (digest === ABSENT && value.mayBeAbsent) return;
    const from = this.#seen.get(value.key) ?? 0;
    const version = value.find(digest, from);
    if (version === undefined) {
      const older = value.latest(digest);
      const what =
        digest === ABSENT
          ? 'it was gone'
          : older === undefined
            ? `MongoDB held a state that Redis never had (${digest})`
            : `an older state came back (version ${older})`;
      if (this.problems.length < MAX_REPORTED)
        this.problems.push(
          `${value.key}: ${what} after version ${from} of ${value.states}, at ${new Date().toISOString()}`,
        );
      return;
    }
    this.#seen.set(value.key, version);
    const states = this.#states.get(value.key) ?? new Set();
    this.#states.set(value.key, states.add(version));
  }
}

interface Mirrored {
  readonly digest: ValueDigest;
  readonly isLarge: boolean;
}

/**
 * The digest of a value in MongoDB.
 * @returns undefined if the fleet changed the key during the reading, so the result is uncertain.
 * @throws SyncError as the sink does.
 */
export async function mirroredDigest(db: Db, key: string): Promise<ValueDigest | undefined> {
  return (await readMirrored(db, key))?.digest;
}

/** @returns the value's digest, and whether it has one document per member; as mirroredDigest. */
async function readMirrored(db: Db, key: string): Promise<Mirrored | undefined> {
  const state = await readKey(db, key);
  if (state?.status !== 'active' || state.keyType === 'stream') return { digest: ABSENT, isLarge: false };
  const value = await readMirroredValue(db, state.keyType, state);
  const items: (readonly Buffer[])[] = [];
  if (value?.active) for await (const item of value.items()) items.push(item);
  if ((await readKey(db, key))?.revision !== state.revision) return undefined;
  if (!value?.active) return { digest: ABSENT, isLarge: false };
  return { digest: valueDigest(state.keyType, items), isLarge: value.isLarge };
}
