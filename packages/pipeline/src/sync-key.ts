import type { Batch, Outcome, Write } from './batch.js';
import type { ByteBudget } from './byte-budget.js';
import {
  firstState,
  type Gap,
  inCollection,
  type KeyState,
  nextLife,
  retired,
  withGaps,
} from './key-state.js';
import type { KeyType } from './key-type.js';
import { type Place, placeOf } from './naming-convention.js';
import type { RuleBook } from './rules/rule-book.js';
import type { Slice } from './slice.js';
import { SyncError } from './sync-error.js';
import type { Syncer } from './syncer.js';

/** Where keys are read from. */
export interface Source {
  /** What the key is now; `undefined` when it is not there, the server's word for a type nobody here knows. */
  typeOf(key: string): Promise<KeyType | { readonly unknown: string } | undefined>;
  syncer(keyType: KeyType): Syncer | undefined;
}

/** Where documents and positions are kept. */
export interface Sink {
  /** The key's state, or `undefined` when it was never saved. */
  load(key: string): Promise<KeyState | undefined>;
  /**
   * Writes all, and says how each record fared. Resolves only when everything is durable.
   * @throws SyncError STALE_READ when MongoDB holds something newer than the state the writes belong to.
   */
  write(state: KeyState, writes: readonly Write[]): Promise<Outcome>;
  /**
   * Saves the state if MongoDB still holds revision `next.revision - 1`.
   * @throws SyncError POSITION_MOVED when another worker has saved meanwhile.
   */
  save(before: KeyState, next: KeyState): Promise<void>;
}

/** The steps of the line at which a crash test may stop the process. */
export type Step = 'after-read' | 'after-dead-letter' | 'after-write' | 'before-save' | 'after-save';

export interface Line {
  readonly source: Source;
  readonly sink: Sink;
  readonly separator: string;
  /** Which collection a key's next life goes to; without it, that of its type. */
  readonly rules?: RuleBook;
  /** Bounds what all jobs of the process hold in memory between read and write. */
  readonly budget: ByteBudget;
  readonly now: () => Date;
  /** Told when a step is reached; awaited, so that a test can hold the line there. */
  readonly at?: (step: Step, key: string) => Promise<void> | void;
}

export interface SyncReport extends Outcome {
  /** When the value had last changed before this; null for never, or not known. */
  readonly changedBefore: Date | null;
  readonly result: 'synced' | 'unchanged' | 'deleted' | 'absent' | 'unsupported' | 'overtaken' | 'paused';
  readonly keyType: KeyType | undefined;
  readonly seen: number;
  readonly bytes: number;
  readonly gaps: readonly Gap[];
  /** Entries left in Redis behind the position: where there are any, another job should go on. */
  readonly lag: number;
  /** The key as it is saved now; `undefined` when it is not known in MongoDB, or another worker saved it. */
  readonly state: KeyState | undefined;
}

/**
 * The line, for one key: load the position, read what is new, write it, save the position; the next read runs
 * while the last write does. Safe to run twice at once and to be stopped anywhere: ids are computed from the
 * source, and a position is saved only by the one who read it.
 * @throws SyncError of class transient, configuration or unknown, from the source or the sink.
 */
export async function syncKey(line: Line, key: string, slice: Slice): Promise<SyncReport> {
  const [stored, type] = await Promise.all([line.sink.load(key), line.source.typeOf(key)]);
  const tally = new Tally(stored);
  if (stored?.pausedAt) return tally.report('paused', stored.keyType);
  try {
    if (type === undefined) return await retire(line, stored, tally);
    const syncer = typeof type === 'string' ? line.source.syncer(type) : undefined;
    if (!syncer) {
      await retire(line, stored, tally);
      return tally.report('unsupported', undefined);
    }
    const place = placeOf(key, line.separator);
    const state = await begin(line, stored, key, place, syncer.keyType, tally);
    return await drain(line, syncer, state, stored, slice, tally);
  } catch (error) {
    if (!isOvertaken(error)) throw error;
    return tally.report('overtaken', stored?.keyType);
  }
}

/**
 * As syncKey, for a key whose state is in hand, since this process saved it last: loads nothing, and does not look whether
 * the key holds another type.
 * @param isMine asked after each read, before anything is written: whether nobody else has begun with the key since the state
 * was saved. What was read while that held belongs to the state.
 * @throws SyncError as syncKey does.
 */
export async function syncOn(
  line: Line,
  state: KeyState,
  slice: Slice,
  isMine: () => Promise<boolean>,
): Promise<SyncReport> {
  const tally = new Tally(state);
  const syncer = line.source.syncer(state.keyType);
  if (!syncer) return tally.report('unsupported', undefined);
  try {
    return await drain(line, syncer, state, state, slice, tally, isMine);
  } catch (error) {
    if (!isOvertaken(error)) throw error;
    return tally.report('overtaken', state.keyType);
  }
}

function isOvertaken(error: unknown): boolean {
  return error instanceof SyncError && error.errorClass === 'overtaken';
}

async function retire(line: Line, stored: KeyState | undefined, tally: Tally): Promise<SyncReport> {
  if (!stored || stored.status === 'deleted') return tally.report('absent', stored?.keyType, stored);
  const next = await lifeEnded(line, stored, tally);
  const gone = advance(retired(next, line.now()));
  await line.sink.save(stored, gone);
  return tally.report('deleted', stored.keyType, gone);
}

async function begin(
  line: Line,
  stored: KeyState | undefined,
  key: string,
  place: Place,
  keyType: KeyType,
  tally: Tally,
): Promise<KeyState> {
  const now = line.now();
  const placed = (state: KeyState) => inCollection(state, line.rules?.collectionFor(key, keyType) ?? null);
  if (!stored) return placed(firstState(key, place, keyType, now));
  if (stored.status === 'deleted') return placed({ ...nextLife(stored, keyType, 'deleted', now), ...place });
  if (stored.keyType === keyType) return stored;
  return placed({
    ...nextLife(await lifeEnded(line, stored, tally), keyType, 'type changed', now),
    ...place,
  });
}

/** Writes what the end of a life asks for, and counts what it left unread. */
async function lifeEnded(line: Line, state: KeyState, tally: Tally): Promise<KeyState> {
  const writes = line.source.syncer(state.keyType)?.retire(state) ?? [];
  if (writes.length > 0) await line.sink.write(state, writes);
  const gaps = unreadAtEnd(state, line.now());
  tally.addGaps(gaps);
  return withGaps(state, gaps);
}

/** What a stream still held unread when its life ended, as far as it was seen: at least the lag. */
export function unreadAtEnd(state: KeyState, now: Date): readonly Gap[] {
  if (state.lag === 0 || state.keyType !== 'stream' || state.position === null) return [];
  return [
    {
      incarnation: state.incarnation,
      after: String(state.position.entryId ?? ''),
      upTo: String(state.position.lastId ?? ''),
      entries: state.lag,
      cause: 'ended',
      exact: false,
      at: now,
    },
  ];
}

async function drain(
  line: Line,
  syncer: Syncer,
  start: KeyState,
  stored: KeyState | undefined,
  slice: Slice,
  tally: Tally,
  isMine?: () => Promise<boolean>,
): Promise<SyncReport> {
  const batches = syncer.read(start, slice, line.budget)[Symbol.asyncIterator]();
  let state = start;
  let saved = stored ?? start;
  let saving: Promise<void> = Promise.resolve();
  let reading = handled(readNext(batches));
  try {
    for (;;) {
      const batch = await reading;
      if (batch === undefined) break;
      if (isMine && !(await isMine()))
        throw new SyncError('CLAIM_LOST', 'overtaken', `key ${start.key}: a job has begun with it meanwhile`);
      reading = handled(readNext(batches));
      await line.at?.('after-read', start.key);
      const from = batch.rewound
        ? nextLife(await lifeEnded(line, state, tally), syncer.keyType, 'rewound', line.now())
        : state;
      const outcome = await line.sink.write(from, batch.writes).finally(() => batch.release?.());
      await line.at?.('after-write', start.key);
      tally.add(batch, outcome);
      await saving;
      await line.at?.('before-save', start.key);
      state = advance(after(from, batch, outcome, line.now()));
      saving = handled(line.sink.save(saved, state).then(() => line.at?.('after-save', start.key)));
      saved = state;
    }
  } finally {
    const [, abandoned] = await Promise.allSettled([saving, reading, batches.return?.()]);
    if (abandoned.status === 'fulfilled') abandoned.value?.release?.();
  }
  await saving;
  if (tally.batches === 0 && start !== stored) {
    state = advance(start);
    await line.sink.save(saved, state);
  }
  return tally.report(tally.batches === 0 ? 'unchanged' : 'synced', syncer.keyType, state);
}

/** Marks a promise that is awaited later: its rejection is seen there, not reported as unhandled meanwhile. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

async function readNext(batches: AsyncIterator<Batch>): Promise<Batch | undefined> {
  const next = await batches.next();
  return next.done ? undefined : next.value;
}

/** The state once a batch is written. */
export function after(state: KeyState, batch: Batch, outcome: Outcome, now: Date): KeyState {
  const counts = state.counts;
  return withGaps(
    {
      ...state,
      position: batch.position,
      lag: batch.lag,
      counts: {
        ...counts,
        seen: counts.seen + batch.entries,
        written: counts.written + outcome.written,
        alreadyThere: counts.alreadyThere + outcome.alreadyThere,
        dead: counts.dead + outcome.dead,
      },
      lastSyncedAt: now,
      lastChangedAt: batch.changed ? now : state.lastChangedAt,
      expiresAt: batch.expiresAt === undefined ? state.expiresAt : batch.expiresAt,
      lastError: null,
    },
    batch.gaps,
  );
}

function advance(state: KeyState): KeyState {
  return { ...state, revision: state.revision + 1 };
}

class Tally {
  batches = 0;
  readonly #before: KeyState | undefined;
  #seen = 0;
  #written = 0;
  #alreadyThere = 0;
  #dead = 0;
  #bytes = 0;
  readonly #gaps: Gap[] = [];

  constructor(before: KeyState | undefined) {
    this.#before = before;
  }

  add(batch: Batch, outcome: Outcome): void {
    this.batches++;
    this.#seen += batch.entries;
    this.#written += outcome.written;
    this.#alreadyThere += outcome.alreadyThere;
    this.#dead += outcome.dead;
    this.#bytes += batch.bytes;
    this.addGaps(batch.gaps);
  }

  addGaps(gaps: readonly Gap[]): void {
    this.#gaps.push(...gaps);
  }

  report(result: SyncReport['result'], keyType: KeyType | undefined, state?: KeyState): SyncReport {
    return {
      result,
      keyType,
      changedBefore: this.#before?.lastChangedAt ?? null,
      seen: this.#seen,
      written: this.#written,
      alreadyThere: this.#alreadyThere,
      dead: this.#dead,
      bytes: this.#bytes,
      gaps: this.#gaps,
      lag: state?.lag ?? 0,
      state,
    };
  }
}
