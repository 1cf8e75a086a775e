import type { KeyState, Messages, Rule } from '@redis-to-mongo/pipeline';
import type { StreamInfo } from './stream-info.js';
import type { StreamMarks } from './stream-marks.js';

/** What to read of a stream, and what the messages are made for. */
export interface ReadRequest {
  readonly key: Buffer;
  /** The entry behind which to read. */
  readonly after: string;
  /** At most this many entries. */
  readonly count: number;
  /** The entry at `after` is read once more, to check that it is the same one. */
  readonly isAnchored: boolean;
  /** What is remembered of entries read before; those of this read come behind them, in the reading. */
  readonly marks?: StreamMarks | undefined;
  /** The last read held bytes that are not UTF-8; so may this one. */
  readonly isBinary: boolean;
  readonly state: KeyState;
  /** The incarnation the messages belong to. */
  readonly incarnation: number;
  readonly rule: Rule | undefined;
}

/** One instant of a stream. */
export interface StreamReading {
  readonly info: StreamInfo;
  /** When the key expires, as far as that can be determined from the time left; null for never. */
  readonly expiresAt: Date | null;
  /** Of the entry at `after`, see digestOf; `undefined` when it is not there, or was not asked for. */
  readonly anchorDigest: string | undefined;
  /** The entries behind `after`, as they are stored. */
  readonly messages: Messages;
  /** The last of these. */
  readonly last: { readonly id: string; readonly digest: string } | undefined;
  readonly marks: StreamMarks;
  /** Some of it is not UTF-8. */
  readonly isBinary: boolean;
  /** The messages are no longer needed. */
  readonly release: () => void;
}

/** A way from a stream's entries to messages. */
export interface StreamReader {
  /**
   * @returns `undefined` when the key is gone.
   * @throws SyncError as redisError.
   */
  read(request: ReadRequest): Promise<StreamReading | undefined>;
}
