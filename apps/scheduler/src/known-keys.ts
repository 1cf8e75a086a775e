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
  readonly #counts = new Map<string, number>();
  /** What a step of an earlier pass met; steps that are repeated need not look up each key again. */
  #steps = new WeakMap<readonly FoundKey[], readonly KnownKey[]>();
  #pass = 0;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): KnownKey | undefined {
    return this.#byKey.get(key);
  }

  /** How many keys of each type there are, by the server's word for a type nobody here knows. */
  get byType(): ReadonlyMap<string, number> {
    return this.#counts;
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
    this.#count(type, 1);
    return added;
  }

  /** Notes that a key holds another type by now. */
  retype(known: KnownKey, type: FoundKey['type']): void {
    this.#count(known.type, -1);
    known.type = type;
    this.#count(type, 1);
  }

  /** Takes in what one step of a pass found; returns what is new. */
  meet(found: readonly FoundKey[]): KnownKey[] {
    const met = this.#steps.get(found);
    if (met) {
      for (const known of met) known.metIn = this.#pass;
      return [];
    }
    const fresh: KnownKey[] = [];
    const all = found.map(({ key, type }) => {
      const known = this.#byKey.get(key);
      if (known) known.metIn = this.#pass;
      else fresh.push(this.add(key, type, Date.now()));
      return known ?? this.add(key, type, Date.now());
    });
    this.#steps.set(found, all);
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
    const known = this.#byKey.get(key);
    if (!known) return;
    this.#byKey.delete(key);
    this.#count(known.type, -1);
    this.#steps = new WeakMap(); // a key that comes back has to be looked up
  }

  #count(type: FoundKey['type'], by: number): void {
    const name = typeof type === 'string' ? type : type.unknown;
    const count = (this.#counts.get(name) ?? 0) + by;
    if (count > 0) this.#counts.set(name, count);
    else this.#counts.delete(name);
  }
}
