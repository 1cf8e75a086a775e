import { isUtf8 } from 'node:buffer';
import { storedText } from '@redis-to-mongo/pipeline';
import type { RawReply } from '@redis-to-mongo/redis-connection';
import { digestOf } from '../entry-digest.js';
import type { StreamMarks } from '../stream-marks.js';
import { badReply, EntryCursor, isErrorAt, type Reply, readReply } from './entry-cursor.js';
import type { EntryEncoder } from './message-encoder.js';

/** Number of replies before that of EXEC: `+OK`, and `+QUEUED` three times. */
const BEFORE_EXEC = 4;
/** The replies within that of EXEC: XINFO STREAM, XRANGE, PTTL. */
const INFO = BEFORE_EXEC + 1;
const RANGE = INFO + 1;
const EXPIRY = RANGE + 1;

/** Parses the answer to MULTI, XINFO STREAM, XRANGE, PTTL, EXEC. Entries go to the encoder as they arrive. */
export class StreamReply implements RawReply {
  isComplete = false;
  need = 1;
  /** The digest of the first entry, if it has the anchor's id; see digestOf. */
  anchorDigest: string | undefined;
  last: { id: string; digest: string } | undefined;
  /** The error that replaces the whole answer, or is part of it. */
  error: Error | undefined;
  info: Reply = null;
  expiryReply: Reply = null;
  encoder: EntryEncoder | undefined;
  readonly #cursor = new EntryCursor();
  #step = 0;
  #entriesLeft = 0;
  #isFirst = true;

  /**
   * @param anchor the id of an entry that is only checked if it comes first, not encoded.
   * @param marks receives some of the entries.
   * @param begin called with the number of entries.
   */
  constructor(
    private readonly anchor: string | undefined,
    private readonly marks: StreamMarks,
    private readonly begin: (entries: number) => EntryEncoder,
  ) {}

  /** See RawReply. */
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

  /** Takes all entries that have arrived whole; `need` is 0 if no entry is missing. */
  #takeEntries(bytes: Buffer, from: number): number {
    const cursor = this.#cursor;
    const { encoder } = this;
    // If the whole is UTF-8, so are its pieces: they are cut at ASCII bytes.
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
        if (this.anchor !== undefined && this.anchor === idOf(bytes, cursor)) {
          this.anchorDigest = digestAt(bytes, cursor);
          continue;
        }
      }
      encoder?.add(bytes, cursor, areTexts);
      const [isMark, isLast] = [this.marks.takesNext(), this.#entriesLeft === 0];
      if (!isMark && !isLast) continue;
      const mark = { id: idOf(bytes, cursor), digest: digestAt(bytes, cursor) };
      if (isMark) this.marks.put(mark);
      if (isLast) this.last = mark;
    }
    this.need = 0;
    return at;
  }

  /** Takes one reply that is not an entry; `undefined` if some of it has not arrived. */
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
    if (this.#step === EXPIRY) this.expiryReply = reply;
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
      this.encoder = this.begin(length);
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
