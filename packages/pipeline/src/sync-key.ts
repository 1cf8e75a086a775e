import type { Batch, OtherEntries } from './batch.js';
import { handled } from './handled.js';
import { type Gap, type KeyState, nextIncarnation, retired, withGaps } from './key-state.js';
import type { KeyType } from './key-type.js';
import type { Line } from './line.js';
import { advance, after, incarnationOf, recreated, settled } from './next-state.js';
import { sameDocumentId } from './shape/document-id.js';
import { shownKey } from './shown-key.js';
import type { Slice } from './slice.js';
import { isOvertaken, SyncError } from './sync-error.js';
import { type SyncReport, Tally } from './sync-report.js';
import type { Syncer } from './syncer.js';

/**
 * The line, for one key: load the position, read what is new, write it, save the position; the next read runs
 * while the last write does. Safe to run twice at once and to be stopped anywhere: ids are computed from the
 * source, and a position is saved only by the one who read it.
 * @param wasInterrupted whether the run before did not end well. It may have written a value and not saved its state: a value that
 * is by now what it was before that write would pass for unchanged, and one that has gone for one that never was. So it is written again.
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
  // Behind the state: a type from before it says nothing against it, and the key would pass for deleted.
  const type = await typeOrHidden(line, key);
  const tally = new Tally(stored);
  if (stored?.pausedAt) return tally.report('paused', stored.keyType);
  // A key that the user may not read is left out, unless it is mirrored already: then it fails, and is seen.
  if (type instanceof SyncError) {
    if (stored?.status === 'active') throw type;
    return tally.report('unsupported', undefined);
  }
  const syncer = typeof type === 'string' ? line.source.syncer(type) : undefined;
  // What is no longer mirrored stays as it is, until it is mirrored again.
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
    const state = await begin(line, stored, key, syncer.keyType, tally);
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

/** As Source.typeOf; the error where the key is one that the user may not read. */
async function typeOrHidden(line: Line, key: string) {
  return await line.source.typeOf(key).catch((error: unknown) => {
    if (error instanceof SyncError && error.code === 'REDIS_KEY_HIDDEN') return error;
    throw error;
  });
}

/**
 * As syncKey, for a key whose state is in hand, since this process saved it last: loads nothing, and does not check whether
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
    return await drain(line, syncer, state, state, slice, tally, { isMine });
  } catch (error) {
    if (!isOvertaken(error)) throw error;
    return tally.report('overtaken', state.keyType);
  }
}

async function retire(line: Line, stored: KeyState | undefined, tally: Tally): Promise<SyncReport> {
  if (!stored || stored.status === 'deleted') return tally.report('absent', stored?.keyType, stored);
  const next = await incarnationEnded(line, stored, tally);
  const gone = advance(retired(next, line.now()));
  await line.sink.save(stored, gone);
  return tally.report('deleted', stored.keyType, gone);
}

/**
 * Retires values of types that the key does not hold, by its state: a run may have written one, and not saved that the key held it.
 * @param syncers of the types that may have one.
 * @param current the syncer of what the key holds now: where two types share a document, it is that one's.
 * @throws SyncError STALE_READ once the state is there: the run that follows retires it.
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
  for (const syncer of syncers) {
    if (held.some(({ keyType }) => keyType === syncer.keyType)) continue;
    for (const one of retiring(syncer))
      if (!isItsOwn(one) && (await line.sink.hasValue(one.state, one.write)))
        await line.sink.write(one.state, [one.write]);
  }
}

/** Retires what this run wrote, if a faster one has found meanwhile that the key holds another type, or is gone. */
async function retireOvertaken(line: Line, syncer: Syncer, key: string): Promise<void> {
  const stored = await line.sink.load(key);
  if (!stored) return;
  await retireUnsaved(line, [syncer], stored, key).catch((error: unknown) => {
    if (!isOvertaken(error)) throw error;
  });
}

/**
 * The state to read on from; ends the incarnation of a key that has changed its type. It is saved before anything of the new type is
 * written: a value that no state tells of would stay when the key goes, or changes its type again. So is that of a stream that comes
 * back: where the key is forgotten meanwhile, the incarnations count from the first again, and its messages would be there twice.
 */
async function begin(
  line: Line,
  stored: KeyState | undefined,
  key: string,
  keyType: KeyType,
  tally: Tally,
): Promise<KeyState> {
  const isActive = stored?.status === 'active';
  const isWrittenFirst = stored?.keyType === keyType && (isActive || keyType !== 'stream');
  if (!stored || isWrittenFirst) return incarnationOf(line, stored, key, keyType);
  const ended = isActive ? await incarnationEnded(line, stored, tally) : stored;
  const state = advance(recreated(line, ended, keyType, isActive ? 'type changed' : 'deleted'));
  await line.sink.save(stored, state);
  return state;
}

/** Writes what the end of an incarnation asks for, and counts what it left unread. */
async function incarnationEnded(line: Line, state: KeyState, tally: Tally): Promise<KeyState> {
  const writes = line.source.retire(state);
  const ended = writes.length > 0 ? settled(state, await line.sink.write(state, writes)) : state;
  const gaps = unreadAtEnd(state, line.now());
  tally.addGaps(gaps);
  return withGaps(ended, gaps);
}

/** What a stream still held unread when its incarnation ended, as far as it was seen: at least the lag. */
function unreadAtEnd(state: KeyState, now: Date): readonly Gap[] {
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

interface DrainOptions {
  /** See Source.sameServer. Entries are what they are, whoever has them; a value may be an old one. */
  readonly confirm?: () => Promise<void>;
  /** See syncOn. */
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
      reading = handled(readNext(batches));
      await line.at?.('after-read', start.key);
      const from = batch.rewound
        ? nextIncarnation(await incarnationEnded(line, state, tally), syncer.keyType, 'rewound', line.now())
        : state;
      const outcome = await line.sink.write(from, batch.writes).finally(() => batch.release?.());
      await line.at?.('after-write', start.key);
      if (outcome.otherEntries) {
        await saving;
        await beginAnother(line, saved, await incarnationEnded(line, from, tally), outcome.otherEntries);
      }
      tally.add(batch, outcome);
      await saving;
      await line.at?.('before-save', start.key);
      state = after(from, batch, outcome, line.now());
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
 * Begins the next incarnation of a stream that has met entries of an earlier one, which no saved position knows of. A tailer saves
 * later, and leaves that to the job that follows.
 * @throws SyncError STREAM_MADE_AGAIN, of class overtaken: the run that follows reads the stream from its start.
 */
async function beginAnother(
  line: Line,
  saved: KeyState,
  ended: KeyState,
  { withdraw }: OtherEntries,
): Promise<never> {
  const next = nextIncarnation(ended, ended.keyType, 'rewound', line.now());
  await line.sink.save(saved, { ...next, revision: saved.revision + 1 });
  // Whoever counted these messages as there already can't save anymore.
  await withdraw();
  throw new SyncError(
    'STREAM_MADE_AGAIN',
    'overtaken',
    `key ${shownKey(ended.key)}: MongoDB has other entries under its ids: they are of an earlier incarnation`,
  );
}

async function readNext(batches: AsyncIterator<Batch>): Promise<Batch | undefined> {
  const next = await batches.next();
  return next.done ? undefined : next.value;
}
