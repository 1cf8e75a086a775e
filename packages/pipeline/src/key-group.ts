import type { Outcome } from './batch.js';
import { type Changed, decideSmall, nextOf } from './decide-small.js';
import { isTooLongKeyId } from './key-id.js';
import type { KeyState, LoadedState } from './key-state.js';
import type { Line, Saving, Step } from './line.js';
import type { Found } from './small-value.js';
import { SyncError } from './sync-error.js';
import type { OnKeyEnd } from './sync-keys.js';
import { Tally } from './sync-report.js';

/** A key that is synced alone, with its state if that was just loaded. */
export interface Alone {
  readonly key: string;
  /** Whether a write may have been made without saving the state: see syncKey. */
  readonly wasInterrupted?: boolean;
  readonly loaded?: { readonly state: KeyState | undefined };
}

/** A key whose value was written. */
interface Written extends Saving {
  readonly key: string;
  readonly changed: Changed;
  readonly outcome: Outcome;
}

/** A group of keys that are synced together. */
export class KeyGroup {
  /** The keys that have not ended yet. */
  readonly #open: Set<string>;

  constructor(
    private readonly line: Line,
    keys: readonly string[],
    private readonly onEnd: OnKeyEnd,
    private readonly goAlone: (one: Alone) => void,
  ) {
    this.#open = new Set(keys);
  }

  /** Takes the keys through the line, in as many readings as needed. */
  async sync(): Promise<void> {
    try {
      await this.#syncAll([...this.#open]);
    } catch (error) {
      // A server's error concerns all keys. An unknown error may concern only one of them, so each key goes
      // alone.
      const isServers = error instanceof SyncError && error.errorClass !== 'unknown';
      for (const key of [...this.#open])
        if (isServers) await this.#settle(key, { error });
        else this.#leave({ key, wasInterrupted: true });
    }
  }

  async #syncAll(keys: readonly string[]): Promise<void> {
    // A value must be read after its state. Otherwise an older value could pass for the successor of a newer
    // one.
    const states = await this.line.sink.many.load(keys);
    for (const key of keys) this.#leaveUnlessSmall(key, states.get(key));
    while (this.#open.size > 0) await this.#syncOnce([...this.#open], states);
  }

  /** One reading. Keys that did not fit into it stay open. */
  async #syncOnce(
    small: readonly string[],
    states: ReadonlyMap<string, LoadedState | SyncError>,
  ): Promise<void> {
    const { source, sink, budget } = this.line;
    const confirm = source.sameServer();
    const reading = await source.readSmall(small, budget);
    let written: Written[];
    try {
      await confirm();
      const changed = await this.#decide(small, states, reading.found);
      await this.#step('after-read', changed);
      const outcomes = changed.length > 0 ? await sink.many.replace(changed) : [];
      written = this.#writtenOf(changed, outcomes);
    } finally {
      reading.release();
    }
    await this.#step('after-write', written);
    if (written.length > 0) await this.#save(written);
  }

  /**
   * Lets a key go alone if its state shows that it does not belong here: unreadable, too long a name, paused,
   * a stream, or a large value.
   */
  #leaveUnlessSmall(key: string, loaded: LoadedState | SyncError | undefined): void {
    if (loaded instanceof SyncError || isTooLongKeyId(key)) this.#leave({ key });
    else if (loaded && (loaded.pausedAt || loaded.keyType === 'stream' || this.#isLarge(loaded)))
      this.#leave({ key, loaded: { state: loaded.whole() } });
  }

  #isLarge(loaded: LoadedState): boolean {
    return this.line.source.syncer(loaded.keyType)?.isLarge?.(loaded) === true;
  }

  /** Reports the keys without a change, lets keys go alone that must, and returns the changed keys. */
  async #decide(
    keys: readonly string[],
    states: ReadonlyMap<string, LoadedState | SyncError>,
    found: readonly Found[],
  ): Promise<Changed[]> {
    const changed: Changed[] = [];
    for (const [i, key] of keys.entries()) {
      const state = states.get(key);
      const loaded = state instanceof SyncError ? undefined : state;
      const decision = decideSmall(this.line, key, loaded, found[i] ?? 'alone');
      if (decision === 'alone') this.#leave({ key, loaded: { state: loaded?.whole() } });
      else if (decision === 'later') continue;
      else if ('report' in decision) {
        const settled = this.#settle(key, decision);
        if (settled) await settled;
      } else changed.push(decision);
    }
    return changed;
  }

  /** The keys that were written, with the states to save; the others go alone. */
  #writtenOf(changed: readonly Changed[], outcomes: readonly (Outcome | undefined)[]): Written[] {
    const now = this.line.now();
    const written: Written[] = [];
    for (const [i, each] of changed.entries()) {
      const { key, before } = each;
      const outcome = outcomes[i];
      if (outcome) written.push({ key, before, next: nextOf(each, outcome, now), changed: each, outcome });
      else this.#leave({ key, wasInterrupted: true });
    }
    return written;
  }

  async #save(written: readonly Written[]): Promise<void> {
    await this.#step('before-save', written);
    const isSaved = await this.line.sink.many.save(written);
    await this.#step('after-save', written);
    for (const [i, { key, next, changed, outcome }] of written.entries()) {
      if (!isSaved[i]) {
        if (changed.stored) await this.line.sink.leave(changed.stored);
        this.#leave({ key, wasInterrupted: true });
        continue;
      }
      const tally = new Tally(changed.stored);
      if (changed.batch) tally.add(changed.batch, outcome);
      const settled = this.#settle(key, {
        report: tally.report(changed.batch ? 'synced' : 'deleted', next.keyType, next),
      });
      if (settled) await settled;
    }
  }

  async #step(step: Step, keys: readonly { readonly key: string }[]): Promise<void> {
    const { at } = this.line;
    if (at) for (const { key } of keys) await at(step, key);
  }

  /** Removes a key from the group, to be synced alone: syncKey handles every case. */
  #leave(one: Alone): void {
    this.#open.delete(one.key);
    this.goAlone(one);
  }

  /** Reports the end of a key. Not async, because hundreds of keys end together, and most need no await. */
  #settle(key: string, end: Parameters<OnKeyEnd>[1]): Promise<void> | void {
    this.#open.delete(key);
    return this.onEnd(key, end);
  }
}
