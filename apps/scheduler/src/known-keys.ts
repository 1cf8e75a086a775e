import { schedulerId } from '@redis-to-mongo/job-queue';
import type { FoundKey } from '@redis-to-mongo/redis-source';

/** What the active scheduler knows of a key. */
export interface KnownKey {
  readonly key: string;
  /** Of its job scheduler. */
  readonly id: string;
  type: FoundKey['type'];
  /** The interval that its job scheduler has, in ms; undefined while it has none. */
  everyMs: number | undefined;
  /** When its value last changed, as far as was noticed, in ms since 1970. */
  changedAt: number;
  /** The pass of discovery that met it last. */
  metIn: number;
}

/** After so many passes without it a key is asked for by name: SCAN may miss keys while they change. */
const MISSES_ALLOWED = 2;

/** The keys the scheduler knows of, with what it needs to tell which are new and which have gone. */
export class KnownKeys {
  readonly #byKey = new Map<string, KnownKey>();
  #pass = 0;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): KnownKey | undefined {
    return this.#byKey.get(key);
  }

  values(): IterableIterator<KnownKey> {
    return this.#byKey.values();
  }

  /** Adds a key that is not known yet. Whether one from an earlier time is still there, the passes will tell. */
  add(key: string, type: FoundKey['type'], changedAt: number): KnownKey {
    const known = this.#byKey.get(key);
    if (known) return known;
    const added = { key, id: schedulerId(key), type, everyMs: undefined, changedAt, metIn: this.#pass };
    this.#byKey.set(key, added);
    return added;
  }

  /** Takes in what one step of a pass found; returns what is new. */
  meet(found: readonly FoundKey[]): KnownKey[] {
    const fresh: KnownKey[] = [];
    for (const { key, type } of found) {
      const known = this.#byKey.get(key);
      if (known) known.metIn = this.#pass;
      else fresh.push(this.add(key, type, Date.now()));
    }
    return fresh;
  }

  /** Ends a pass: the keys that were missed often enough to be asked for by name. */
  endPass(): KnownKey[] {
    const missed: KnownKey[] = [];
    for (const known of this.#byKey.values())
      if (this.#pass - known.metIn >= MISSES_ALLOWED) missed.push(known);
    this.#pass++;
    return missed;
  }

  /** Forgets a key that has gone. */
  forget(key: string): void {
    this.#byKey.delete(key);
  }
}
