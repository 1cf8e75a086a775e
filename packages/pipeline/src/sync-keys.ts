import type { Batch, ReplaceWrite } from './batch.js';
import { forEachAtOnce } from './for-each-at-once.js';
import type { KeyState } from './key-state.js';
import type { Line, Step } from './line.js';
import { advance, after, lifeOf } from './next-state.js';
import type { Slice } from './slice.js';
import type { Found } from './small-value.js';
import { SyncError } from './sync-error.js';
import { syncKey } from './sync-key.js';
import { type SyncReport, Tally } from './sync-report.js';
import { WorkLane } from './work-lane.js';

/** How one of many keys fared: what syncKey would have answered for it, or thrown. */
export type KeyEnd = { readonly report: SyncReport } | { readonly error: unknown };

/** Keys that share their commands, at most, and how many such groups are under way: one is written while one is read. */
const TOGETHER = 500;
const GROUPS_AT_ONCE = 2;
/** Keys that go alone beside them, at once. */
const ALONE_AT_ONCE = 16;

const WRITTEN = { written: 1, alreadyThere: 0, dead: 0 } as const;

/**
 * The line, for many keys. Those with small values go through it together: one load of their states, one reading for
 * many of them, one write of what has changed, one save. All others go alone, by syncKey, beside them: streams, large
 * values, keys that were paused or changed their type, and whatever MongoDB refused, or another worker was faster at.
 * The promises are syncKey's.
 * @param onEnd told how each key fared as soon as that is known, each key once. What it throws ends the whole.
 */
export async function syncKeys(
  line: Line,
  keys: readonly string[],
  slice: () => Slice,
  onEnd: (key: string, end: KeyEnd) => Promise<void> | void,
): Promise<void> {
  const alone = new WorkLane<string>(ALONE_AT_ONCE, async (key) => {
    await onEnd(key, await endOf(() => syncKey(line, key, slice())));
  });
  await forEachAtOnce(groupsOf(keys), GROUPS_AT_ONCE, async (group) => {
    for (let left = group; left.length > 0; )
      left = await new Group(line, left, onEnd, (key) => alone.add(key)).sync();
  }).finally(() => alone.whenIdle());
}

/** A key whose value is to be written. */
interface Changed {
  readonly key: string;
  readonly stored: KeyState | undefined;
  readonly state: KeyState;
  readonly batch: Batch;
  readonly write: ReplaceWrite;
}

/** Keys that go through the line together. */
class Group {
  readonly #line: Line;
  /** Those whose end is not known yet. */
  readonly #open: Set<string>;
  readonly #onEnd: (key: string, end: KeyEnd) => Promise<void> | void;
  readonly #goAlone: (key: string) => void;

  constructor(
    line: Line,
    keys: readonly string[],
    onEnd: (key: string, end: KeyEnd) => Promise<void> | void,
    goAlone: (key: string) => void,
  ) {
    this.#line = line;
    this.#open = new Set(keys);
    this.#onEnd = onEnd;
    this.#goAlone = goAlone;
  }

  /** @returns the keys that were not come to. */
  async sync(): Promise<readonly string[]> {
    try {
      await this.#syncAll([...this.#open]);
    } catch (error) {
      // A server's trouble is everybody's; what nobody foresaw may be about one of them.
      const isServers = error instanceof SyncError && error.errorClass !== 'unknown';
      for (const key of [...this.#open])
        if (isServers) await this.#end(key, { error });
        else this.#leave(key);
    }
    return [...this.#open];
  }

  async #syncAll(keys: readonly string[]): Promise<void> {
    const { source, sink, budget } = this.#line;
    // A value must be read after its state: else an older one could pass for what follows a newer one.
    const states = await sink.many.load(keys);
    const reading = await source.readSmall(keys, budget);
    let changed: Changed[];
    try {
      const found = await this.#sort(keys, states, reading.found);
      await this.#step('after-read', found);
      changed = this.#wellOf(found, await sink.many.replace(found));
    } finally {
      reading.release();
    }
    await this.#step('after-write', changed);
    await this.#save(changed);
  }

  /** Ends the keys that have nothing to be written, sends away those that are to go alone, and gives the others. */
  async #sort(
    keys: readonly string[],
    states: ReadonlyMap<string, KeyState | SyncError>,
    found: readonly Found[],
  ): Promise<Changed[]> {
    const changed: Changed[] = [];
    for (const [i, key] of keys.entries()) {
      const stored = states.get(key);
      const value = found[i];
      if (value === 'later') continue;
      if (value === undefined || value === 'alone' || stored instanceof SyncError || stored?.pausedAt)
        this.#leave(key);
      else if (value === 'gone') {
        if (stored?.status === 'active') this.#leave(key);
        else await this.#end(key, { report: new Tally(stored).report('absent', stored?.keyType, stored) });
      } else if (stored?.status === 'active' && stored.keyType !== value.keyType) this.#leave(key);
      else {
        const state = lifeOf(this.#line, stored, key, value.keyType);
        const batch = value.after(state);
        const write = batch === 'alone' ? undefined : batch?.writes[0];
        if (batch === undefined)
          await this.#end(key, { report: new Tally(stored).report('unchanged', state.keyType, state) });
        else if (batch !== 'alone' && write?.kind === 'replace')
          changed.push({ key, stored, state, batch, write });
        else this.#leave(key);
      }
    }
    return changed;
  }

  async #save(changed: readonly Changed[]): Promise<void> {
    const now = this.#line.now();
    await this.#step('before-save', changed);
    const savings = changed.map((each) => ({
      ...each,
      before: each.stored ?? each.state,
      next: advance(after(each.state, each.batch, WRITTEN, now)),
    }));
    const saved = this.#wellOf(savings, await this.#line.sink.many.save(savings));
    await this.#step('after-save', saved);
    for (const { key, stored, batch, next } of saved) {
      const tally = new Tally(stored);
      tally.add(batch, WRITTEN);
      await this.#end(key, { report: tally.report('synced', next.keyType, next) });
    }
  }

  /** Those without an error. The others go alone: that finds out what is wrong with them, and does what is to be done. */
  #wellOf<T extends { readonly key: string }>(
    items: readonly T[],
    errors: readonly (SyncError | undefined)[],
  ): T[] {
    return items.filter(({ key }, i) => {
      if (errors[i]) this.#leave(key);
      return !errors[i];
    });
  }

  async #step(step: Step, keys: readonly { readonly key: string }[]): Promise<void> {
    const { at } = this.#line;
    if (at) for (const { key } of keys) await at(step, key);
  }

  #leave(key: string): void {
    this.#open.delete(key);
    this.#goAlone(key);
  }

  async #end(key: string, end: KeyEnd): Promise<void> {
    this.#open.delete(key);
    await this.#onEnd(key, end);
  }
}

async function endOf(run: () => Promise<SyncReport>): Promise<KeyEnd> {
  try {
    return { report: await run() };
  } catch (error) {
    return { error };
  }
}

function* groupsOf(keys: readonly string[]): Generator<readonly string[]> {
  const different = [...new Set(keys)];
  for (let from = 0; from < different.length; from += TOGETHER) yield different.slice(from, from + TOGETHER);
}
