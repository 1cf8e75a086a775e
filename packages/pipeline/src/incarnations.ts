import type { Gap } from './kept-gaps.js';
import { type KeyState, nextIncarnation, withGaps } from './key-state.js';
import type { KeyType } from './key-type.js';
import type { Line } from './line.js';
import { advance, incarnationOf, recreated, settled } from './next-state.js';
import type { Tally } from './sync-report.js';
import type { Syncer } from './syncer.js';

/**
 * The state to continue from. A changed type ends the incarnation. The new state is then saved before the
 * value is written: a value unknown to the state would stay after the key is deleted or changes again. The
 * state of a stream that comes back is saved first, too: if the key were forgotten meanwhile, its
 * incarnations would start from 1 again, and its messages would be stored twice.
 */
export async function begin(
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

/**
 * The state to continue from, if an interrupted run may have written the first entries of a stream's
 * incarnation without saving a position. If these entries are of another stream than the key holds now, the
 * next incarnation is begun and saved. Otherwise it returns the same state.
 *
 * If MongoDB was dropped or set back while the run was under way, its entries can be of a later incarnation
 * than the state. If the key still holds them, this incarnation is begun: in another one, they would be there
 * twice. If it holds entries of the state's own incarnation as well, these would be there twice, so the state
 * stays.
 */
export async function beyondUnsaved(
  line: Line,
  syncer: Syncer,
  state: KeyState,
  tally: Tally,
): Promise<KeyState> {
  const { isOtherThan, holdsAny } = syncer;
  if (!isOtherThan || !holdsAny) return state;
  const held = async (incarnation: number) =>
    await holdsAny(state.key, await line.sink.entryIds({ ...state, incarnation }));
  const newest = await line.sink.newestIncarnation(state);
  const isUnknown = newest > state.incarnation && (await held(newest)) && !(await held(state.incarnation));
  const from = isUnknown
    ? await begunAgain(line, state, await incarnationEnded(line, state, tally), newest)
    : state;
  if (from.position !== null) return from;
  const unsaved = await line.sink.entryIds(from);
  if (unsaved.length === 0 || !(await isOtherThan(from.key, unsaved))) return from;
  return await begunAgain(line, from);
}

/**
 * Saves the next incarnation of a stream that was created again, before its first entries are written.
 * @param incarnation as of nextIncarnation.
 */
export async function begunAgain(
  line: Line,
  saved: KeyState,
  ended = saved,
  incarnation?: number,
): Promise<KeyState> {
  const next = nextIncarnation(ended, ended.keyType, 'rewound', line.now(), incarnation);
  const state = { ...next, revision: saved.revision + 1 };
  await line.sink.save(saved, state);
  return state;
}

/** Makes the writes that end an incarnation, and counts its unread entries. */
export async function incarnationEnded(line: Line, state: KeyState, tally: Tally): Promise<KeyState> {
  const writes = line.source.retire(state);
  const ended = writes.length > 0 ? settled(state, await line.sink.write(state, writes)) : state;
  const gaps = unreadAtEnd(state, line.now());
  tally.addGaps(gaps);
  return withGaps(ended, gaps);
}

/** The gap of entries that were unread when a stream's incarnation ended: at least the last known lag. */
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
