import { encodedMessages, messageIdPrefix, SyncError, writesPlainMessages } from '@redis-to-mongo/pipeline';
import { RawConnectionLost, type RawReply, redisError } from '@redis-to-mongo/redis-connection';
import { expiryDate, type KeyExpiry } from '../../key-expiry.js';
import { isNoSuchKey } from '../read-stream.js';
import { parseStreamInfo } from '../stream-info.js';
import { StreamMarks } from '../stream-marks.js';
import type { ReadRequest, StreamReader, StreamReading } from '../stream-reader.js';
import { MessageEncoder } from './message-encoder.js';
import { ShapedEncoder } from './shaped-encoder.js';
import { StreamReply } from './stream-reply.js';

/** Size of the buffers that are kept for later reads, in bytes. */
const KEPT_BYTES = 32 * 1024 * 1024;
/** The assumed size of a document, in bytes; the buffer grows if this is too small. */
const GUESSED_BYTES = 400;

/** A connection whose answers are taken as bytes; see RawConnection. */
export interface AsksRaw {
  readonly isReady: boolean;
  ask(request: Buffer, reply: RawReply): Promise<void>;
  /** See sameServer of redis-connection. */
  sameServer(): () => Promise<void>;
}

/**
 * The direct path: the bytes of a reply become the bytes of BSON documents, with no string or object between.
 * The documents are the same as those of the ordinary path, byte for byte. The ordinary path takes over
 * streams with a rule that changes their content, and reads while the raw connection is not ready.
 */
export class DirectReader {
  readonly #buffers = new BufferPool(KEPT_BYTES);

  /**
   * @param connection is not closed by the reader.
   * @param onRead called for each read, with the path that it took.
   */
  constructor(
    private readonly connection: AsksRaw,
    private readonly onRead?: (path: 'direct' | 'ordinary') => void,
  ) {}

  /** See sameServer of redis-connection. */
  sameServer(): () => Promise<void> {
    return this.connection.sameServer();
  }

  /** Returns a reader that takes the direct path if possible, otherwise the ordinary path. */
  over(ordinary: StreamReader): StreamReader {
    const readOrdinary = async (request: ReadRequest) => {
      this.onRead?.('ordinary');
      return await ordinary.read(request);
    };
    return {
      read: async (request) => {
        if (!this.connection.isReady || !writesPlainMessages(request.rule))
          return await readOrdinary(request);
        try {
          const reading = await this.#read(request);
          this.onRead?.('direct');
          return reading;
        } catch (error) {
          if (error instanceof RawConnectionLost) return await readOrdinary(request);
          throw error;
        }
      },
    };
  }

  async #read(request: ReadRequest) {
    const { key, after, count, isAnchored, state, incarnation, rule, marks: known, expiry } = request;
    const isShaped = rule?.shape !== undefined;
    const Encoder = isShaped ? ShapedEncoder : MessageEncoder;
    const prefix = messageIdPrefix(state.key, incarnation);
    const marks = StreamMarks.after(known);
    const reply = new StreamReply(isAnchored ? after : undefined, marks, (entries) => {
      const buffer = this.#buffers.take(entries * GUESSED_BYTES);
      return new Encoder(prefix, state.stream, state.type, buffer);
    });
    let isHeld = true;
    const giveBack = () => {
      if (reply.encoder && isHeld) this.#buffers.give(reply.encoder.documents.buffer);
      isHeld = false;
    };
    try {
      const from = isAnchored ? after : `(${after}`;
      await this.connection.ask(requestFor(key, from, isAnchored ? count + 1 : count, expiry.command), reply);
      const reading = readingOf(reply, expiry, isShaped, marks, giveBack);
      if (!reading) giveBack();
      return reading;
    } catch (error) {
      giveBack();
      throw error;
    }
  }
}

function readingOf(
  reply: StreamReply,
  expiry: KeyExpiry,
  isShaped: boolean,
  marks: StreamMarks,
  release: () => void,
): StreamReading | undefined {
  const { error, encoder, info, expiryReply, anchorDigest, last } = reply;
  if (error) {
    if (isNoSuchKey(error)) return undefined;
    throw redisError(error);
  }
  if (!encoder) throw new SyncError('REDIS_REPLY', 'unknown', 'XRANGE: there is no reply');
  return {
    info: parseStreamInfo(info),
    expiresAt: expiryDate(expiry, expiryReply),
    anchorDigest,
    messages: encodedMessages(encoder.documents.bytes, encoder.documents.ends, isShaped),
    last,
    marks,
    isBinary: encoder.isBinary,
    release,
  };
}

const MULTI = '*1\r\n$5\r\nMULTI\r\n';
const EXEC = '*1\r\n$4\r\nEXEC\r\n';

function requestFor(key: Buffer, from: string, count: number, expiry: KeyExpiry['command']): Buffer {
  const name = [Buffer.from(`$${key.length}\r\n`), key];
  return Buffer.concat([
    Buffer.from(`${MULTI}*3\r\n$5\r\nXINFO\r\n$6\r\nSTREAM\r\n`),
    ...name,
    Buffer.from(`\r\n*6\r\n$6\r\nXRANGE\r\n`),
    ...name,
    Buffer.from(`\r\n${bulk(from)}$1\r\n+\r\n$5\r\nCOUNT\r\n${bulk(String(count))}*2\r\n${bulk(expiry)}`),
    ...name,
    Buffer.from(`\r\n${EXEC}`),
  ]);
}

function bulk(ascii: string): string {
  return `$${ascii.length}\r\n${ascii}\r\n`;
}

/** Size of the smallest buffer, in bytes. */
const LEAST = 64 * 1024;

/** Reuses buffers: allocating a buffer costs more than writing into it. */
class BufferPool {
  readonly #free: Buffer[] = [];
  #freeBytes = 0;

  /** @param keepBytes maximum size of all free buffers, in bytes. */
  constructor(private readonly keepBytes: number) {}

  /** Returns a buffer of at least this many bytes. It may contain old data. */
  take(bytes: number): Buffer {
    const at = this.#free.findIndex(({ length }) => length >= bytes);
    const [found] = at < 0 ? [] : this.#free.splice(at, 1);
    if (!found) return Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(Math.max(bytes, LEAST))));
    this.#freeBytes -= found.length;
    return found;
  }

  /** Gives a buffer back. The caller must not use it anymore. */
  give(buffer: Buffer): void {
    if (this.#freeBytes + buffer.length > this.keepBytes) return;
    this.#free.push(buffer);
    this.#freeBytes += buffer.length;
  }
}
