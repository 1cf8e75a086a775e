import type { Batch, OtherEntries } from './batch.js';
import { handled } from './handled.js';
import { begin, begunAgain, beyondUnsaved, incarnationEnded } from './incarnations.js';
import { type KeyState, retired } from './key-state.js';
import type { Line } from './line.js';
import { advance, after, incarnationOf, recreated } from './next-state.js';
import { sameDocumentId } from './shape/document-id.js';
import { shownKey } from './shown-key.js';
import type { Slice } from './slice.js';
import { isOvertaken, SyncError } from './sync-error.js';
import { type SyncReport, Tally } from './sync-report.js';
import type { Syncer } from './syncer.js';

/**
 * The line, for one key: load the position, read new data, write it, save the position. The next read runs
 * during the write. Runs may overlap or stop anywhere, without harm: ids are computed from the source, and a
 * position is saved only if no other run has saved since it was loaded.
 * @param wasInterrupted whether the run before failed or died. It may have written a value without saving its
 * state. If the value then changed back, it would pass for unchanged; if the key was then deleted, for one
 * that never existed. So the value is written again. For a stream, see beyondUnsaved.
 * @throws SyncError of class transient, configuration or unknown, from the source or the sink.
 */
export async function syncKey(
  line: Line,
  key: string,
  slice: Slice,
  wasInterrupted = false,
): Promise<SyncReport> {
  return await syncLoaded(line, key, await line.sink.load(key), slice, wasInterrupted);
}

/** Like syncKey, for a key whose state was just loaded. */
export async function syncLoaded(
  line: Line,
  key: string,
  stored: KeyState | undefined,
  slice: Slice,
  wasInterrupted = false,
): Promise<SyncReport> {
  const confirm = line.source.sameServer();
  // Read after the state: a type older than the state could make an existing key pass for deleted.
  const type = await typeOrHidden(line, key);
  const tally = new Tally(stored);
  if (stored?.pausedAt) return tally.report('paused', stored.keyType);
  // A key that the user may not read is skipped. If it is mirrored already, the error must show.
  if (type instanceof SyncError) {
    if (stored?.status === 'active') throw type;
    return tally.report('unsupported', undefined);
  }
  const syncer = typeof type === 'string' ? line.source.syncer(type) : undefined;
  // A key of a type that is no longer mirrored stays unchanged.
  const isLeft = stored?.status === 'active' && !line.source.syncer(stored.keyType);
  if (isLeft && !syncer) return tally.report('unsupported', undefined);
  try {
    const isOther = stored && (stored.status !== 'active' || stored.keyType !== type);
    if (isOther || wasInterrupted) await confirm();
    if (wasInterrupted) await retireUnsaved(line, line.source.syncers(), stored, key, syncer);
    if (type === undefined) return await retire(line, stored, tally);
    if (!syncer) {
      await retire(line, stored, tally);
      return tally.report('unsupported', undefined);
    }
    const begun = await begin(line, stored, key, syncer.keyType, tally);
    const state = wasInterrupted ? await beyondUnsaved(line, syncer, begun, tally) : begun;
    const from = wasInterrupted ? syncer.withoutContent(state) : state;
    const saved = state.revision === (stored?.revision ?? 0) ? stored : state;
    return await drain(line, syncer, from, saved, slice, tally, { confirm });
  } catch (error) {
    if (!isOvertaken(error)) throw error;
    if (syncer && stored?.status !== 'active') await retireOvertaken(line, syncer, key);
    if (stored) await line.sink.leave(stored);
    return tally.report('overtaken', stored?.keyType);
  }
}

/** As Source.typeOf; returns the error if the user may not read the key. */
async function typeOrHidden(line: Line, key: string) {
  return await line.source.typeOf(key).catch((error: unknown) => {
    if (error instanceof SyncError && error.code === 'REDIS_KEY_HIDDEN') return error;
    throw error;
  });
}

/**
 * As syncKey, for a key whose state this process saved last and still has. Loads nothing, and does not check
 * whether the key holds another type.
 * @param isMine called after each read, before its write: whether no other run has begun since the state was
 * saved. Only then does the read belong to the state.
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
    return await drain(line, syncer, state, state, slice, tally, { isMine });
  } catch (error) {
    if (!isOvertaken(error)) throw error;
    return tally.report('overtaken', state.keyType);
  }
}

async function retire(line: Line, stored: KeyState | undefined, tally: Tally): Promise<SyncReport> {
  if (!stored || stored.status === 'deleted') {
    // It failed when it was created again, and is gone: the error is over.
    if (stored?.lastError) await line.sink.save(stored, advance({ ...stored, lastError: null }));
    return tally.report('absent', stored?.keyType, stored);
  }
  const next = await incarnationEnded(line, stored, tally);
  const gone = advance(retired(next, line.now()));
  await line.sink.save(stored, gone);
  return tally.report('deleted', stored.keyType, gone);
}

/**
 * Retires values of types that the key does not hold by its state: a run may have written one, without saving
 * the type.
 * @param syncers those of the types that may have such a value.
 * @param current the syncer of the type that the key holds now. A shared document belongs to this type.
 * @throws SyncError STALE_READ if MongoDB has a newer state by now: the next run retires the value.
 */
async function retireUnsaved(
  line: Line,
  syncers: Iterable<Syncer>,
  stored: KeyState | undefined,
  key: string,
  current?: Syncer,
): Promise<void> {
  const known = stored?.status === 'active' ? stored : undefined;
  const retiring = ({ keyType, retire }: Syncer) => {
    const isOther = known !== undefined && known.keyType !== keyType;
    const state = isOther
      ? recreated(line, known, keyType, 'type changed')
      : incarnationOf(line, stored, key, keyType);
    return retire(state).flatMap((write) => (write.kind === 'insert' ? [] : { state, write }));
  };
  const held = [known && line.source.syncer(known.keyType), current].flatMap((one) => one ?? []);
  const itsOwn = held.flatMap(retiring);
  const isItsOwn = ({ state, write }: ReturnType<typeof retiring>[number]) =>
    itsOwn.some(
      (own) =>
        own.write.collection === write.collection &&
        sameDocumentId(own.state.documentId ?? undefined, state.documentId ?? undefined),
    );
  const others = [...syncers]
    .filter(({ keyType }) => !held.some((one) => one.keyType === keyType))
    .flatMap(retiring)
    .filter((one) => !isItsOwn(one));
  const areThere = await Promise.all(others.map(({ state, write }) => line.sink.hasValue(state, write)));
  for (const [i, { state, write }] of others.entries())
    if (areThere[i]) await line.sink.write(state, [write]);
}

/** Retires what this run wrote, if a faster run has found that the key is gone, or holds another type. */
async function retireOvertaken(line: Line, syncer: Syncer, key: string): Promise<void> {
  const stored = await line.sink.load(key);
  if (!stored) return;
  await retireUnsaved(line, [syncer], stored, key).catch((error: unknown) => {
    if (!isOvertaken(error)) throw error;
  });
}

interface DrainOptions {
  /**
   * See Source.sameServer. Only values are confirmed before each write: another server may have an old one.
   */
  readonly confirm?: () => Promise<void>;
  /** See syncOn. Present if a tailer reads: it saves later, so it leaves a new incarnation to a job. */
  readonly isMine?: () => Promise<boolean>;
}

async function drain(
  line: Line,
  syncer: Syncer,
  start: KeyState,
  stored: KeyState | undefined,
  slice: Slice,
  tally: Tally,
  { confirm, isMine }: DrainOptions,
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
      if (syncer.keyType !== 'stream') await confirm?.();
      if (isMine && !(await isMine()))
        throw new SyncError(
          'CLAIM_LOST',
          'overtaken',
          `key ${shownKey(start.key)}: a job has started on it meanwhile`,
        );
      if (batch.rewound) {
        if (isMine) throw madeAgain(start, 'the stream was created again: a job reads it from its start');
        await saving;
        state = await begunAgain(line, saved, await incarnationEnded(line, state, tally));
        saved = state;
      }
      reading = handled(readNext(batches));
      await line.at?.('after-read', start.key);
      const outcome = await line.sink.write(state, batch.writes).finally(() => batch.release?.());
      await line.at?.('after-write', start.key);
      if (outcome.otherEntries) {
        await saving;
        await beginAnother(line, saved, await incarnationEnded(line, state, tally), outcome.otherEntries);
      }
      tally.add(batch, outcome);
      await saving;
      await line.at?.('before-save', start.key);
      state = after(state, batch, outcome, line.now());
      saving = handled(line.sink.save(saved, state).then(() => line.at?.('after-save', start.key)));
      saved = state;
    }
  } finally {
    const [, abandoned] = await Promise.allSettled([saving, reading, batches.return?.()]);
    if (abandoned.status === 'fulfilled') abandoned.value?.release?.();
  }
  await saving;
  await confirm?.();
  if (tally.batches === 0 && (start !== stored || stored.lastError)) {
    state = advance({ ...start, lastError: null });
    await line.sink.save(saved, state);
  }
  return tally.report(tally.batches === 0 ? 'unchanged' : 'synced', syncer.keyType, state);
}

/**
 * Begins the next incarnation of a stream, because MongoDB has entries of an earlier one that no saved
 * position knows.
 * @throws SyncError STREAM_MADE_AGAIN, of class overtaken: the next run reads the stream from its start.
 */
async function beginAnother(
  line: Line,
  saved: KeyState,
  ended: KeyState,
  { withdraw }: OtherEntries,
): Promise<never> {
  await begunAgain(line, saved, ended);
  // A run that counted these messages as already there can't save anymore.
  await withdraw();
  throw madeAgain(ended, 'MongoDB has other entries under its ids: they are of an earlier incarnation');
}

function madeAgain({ key }: KeyState, why: string): SyncError {
  return new SyncError('STREAM_MADE_AGAIN', 'overtaken', `key ${shownKey(key)}: ${why}`);
}

async function readNext(batches: AsyncIterator<Batch>): Promise<Batch | undefined> {
  const next = await batches.next();
  return next.done ? undefined : next.value;
}
