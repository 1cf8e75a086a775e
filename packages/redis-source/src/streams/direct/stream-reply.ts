import { isUtf8 } from 'node:buffer';
import { storedText } from '@redis-to-mongo/pipeline';
import type { RawReply } from '@redis-to-mongo/redis-connection';
import { digestOf } from '../entry-digest.js';
import type { StreamMarks } from '../stream-marks.js';
import { badReply, EntryCursor, isErrorAt, type Reply, readReply } from './entry-cursor.js';
import type { EntryEncoder } from './message-encoder.js';

/** `+OK`, three times `+QUEUED`, and then the answer to EXEC. */
const BEFORE_EXEC = 4;
/** What EXEC answers: XINFO STREAM, XRANGE, PTTL. */
const INFO = BEFORE_EXEC + 1;
const RANGE = INFO + 1;
const EXPIRY = RANGE + 1;

/** Takes the answer to MULTI, XINFO STREAM, XRANGE, PTTL, EXEC: entries go to the encoder as they arrive. */
export class StreamReply implements RawReply {
  isComplete = false;
  need = 1;
  /** Of an entry at the anchor's id, if that was the first; see digestOf. */
  anchorDigest: string | undefined;
  last: { id: string; digest: string } | undefined;
  /** The error that stands for the whole answer, or is part of it. */
  error: Error | undefined;
  info: Reply = null;
  timeLeft: Reply = null;
  encoder: EntryEncoder | undefined;
  readonly #anchor: string | undefined;
  readonly #marks: StreamMarks;
  readonly #begin: (entries: number) => EntryEncoder;
  readonly #cursor = new EntryCursor();
  #step = 0;
  #entriesLeft = 0;
  #isFirst = true;

  /**
   * @param anchor the id of an entry that is only checked, if it comes first.
   * @param marks entries are added to them.
   * @param begin called with how many entries there are.
   */
  constructor(anchor: string | undefined, marks: StreamMarks, begin: (entries: number) => EntryEncoder) {
    this.#anchor = anchor;
    this.#marks = marks;
    this.#begin = begin;
  }

  /** Reads on from a place, and returns where it stopped; `need` says how many more bytes it takes. */
  take(bytes: Buffer, from: number): number {
    let at = from;
    while (!this.isComplete) {
      const next = this.#entriesLeft > 0 ? this.#takeEntries(bytes, at) : this.#takeStep(bytes, at);
      if (next === undefined) return at;
      at = next;
      if (this.#entriesLeft > 0 && this.need > 0) return at;
    }
    return at;
  }

  /** All entries that have arrived as a whole; `need` is 0 when no more are missing. */
  #takeEntries(bytes: Buffer, from: number): number {
    const cursor = this.#cursor;
    const { encoder } = this;
    // Pieces of a text that are cut at ASCII bytes, as these are, are UTF-8 if the whole is.
    const areTexts = isUtf8(from === 0 ? bytes : bytes.subarray(from));
    let at = from;
    while (this.#entriesLeft > 0) {
      if (!cursor.findEntry(bytes, at)) {
        this.need = cursor.need;
        return at;
      }
      at = cursor.at;
      this.#entriesLeft--;
      if (this.#isFirst) {
        this.#isFirst = false;
        if (this.#anchor !== undefined && this.#anchor === idOf(bytes, cursor)) {
          this.anchorDigest = digestAt(bytes, cursor);
          continue;
        }
      }
      encoder?.add(bytes, cursor, areTexts);
      const [isMark, isLast] = [this.#marks.takesNext(), this.#entriesLeft === 0];
      if (!isMark && !isLast) continue;
      const mark = { id: idOf(bytes, cursor), digest: digestAt(bytes, cursor) };
      if (isMark) this.#marks.put(mark);
      if (isLast) this.last = mark;
    }
    this.need = 0;
    return at;
  }

  /** One reply that is no entry; `undefined` when it has not arrived as a whole. */
  #takeStep(bytes: Buffer, from: number): number | undefined {
    this.need = 1;
    if (from >= bytes.length) return undefined;
    if (this.#step === BEFORE_EXEC || this.#step === RANGE) {
      if (!isErrorAt(bytes, from)) return this.#takeHead(bytes, from);
    }
    const taken = readReply(bytes, from);
    if ('need' in taken) {
      this.need = taken.need;
      return undefined;
    }
    const { reply, end } = taken;
    if (reply instanceof Error) this.error ??= reply;
    if (this.#step === INFO) this.info = reply;
    if (this.#step === EXPIRY) this.timeLeft = reply;
    this.isComplete = this.#step === EXPIRY || (this.#step === BEFORE_EXEC && reply instanceof Error);
    this.#step++;
    return end;
  }

  #takeHead(bytes: Buffer, from: number): number | undefined {
    const cursor = this.#cursor;
    const length = cursor.findList(bytes, from);
    if (length === undefined) {
      this.need = cursor.need;
      return undefined;
    }
    if (this.#step === BEFORE_EXEC && length !== EXPIRY - BEFORE_EXEC)
      throw badReply('EXEC answers for another number of commands');
    if (this.#step === RANGE) {
      this.#entriesLeft = length;
      this.encoder = this.#begin(length);
    }
    this.#step++;
    this.need = 0;
    return cursor.at;
  }
}

function idOf(bytes: Buffer, { idFrom, idTo }: EntryCursor): string {
  return bytes.toString('latin1', idFrom, idTo);
}

function digestAt(bytes: Buffer, cursor: EntryCursor): string {
  const { items, spans } = cursor;
  const flat = Array.from({ length: items }, (_, i) =>
    storedText(bytes.subarray(spans[2 * i], spans[2 * i + 1])),
  );
  return digestOf([idOf(bytes, cursor), flat]);
}
