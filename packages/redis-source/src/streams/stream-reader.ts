import type { KeyState, Messages, Rule } from '@redis-to-mongo/pipeline';
import type { KeyExpiry } from '../key-expiry.js';
import type { StreamInfo } from './stream-info.js';
import type { StreamMarks } from './stream-marks.js';

/** What to read of a stream, and what its messages need. */
export interface ReadRequest {
  readonly key: Buffer;
  /** Read the entries after this id. */
  readonly after: string;
  /** Maximum number of entries. */
  readonly count: number;
  /** Whether the entry at `after` is read once more, to check that it is the same. */
  readonly isAnchored: boolean;
  /** The marks of entries read before. The reading returns them with marks of its own entries added. */
  readonly marks?: StreamMarks | undefined;
  /** Whether the last read contained bytes that are not UTF-8; this one may contain some, too. */
  readonly isBinary: boolean;
  readonly state: KeyState;
  /** The incarnation that the messages belong to. */
  readonly incarnation: number;
  readonly rule: Rule | undefined;
  /** How the server says when the key expires. */
  readonly expiry: KeyExpiry;
}

/** The content of a stream at one instant. */
export interface StreamReading {
  readonly info: StreamInfo;
  /** When the key expires; null for never. */
  readonly expiresAt: Date | null;
  /** The digest of the entry at `after`, see digestOf; `undefined` if it is missing, or was not asked for. */
  readonly anchorDigest: string | undefined;
  /** The entries after `after`, in their stored form. */
  readonly messages: Messages;
  /** The last of these entries. */
  readonly last: { readonly id: string; readonly digest: string } | undefined;
  readonly marks: StreamMarks;
  /** Whether a name or value is not UTF-8. */
  readonly isBinary: boolean;
  /** Call it when the messages are no longer needed. */
  readonly release: () => void;
}

/** Reads a stream's entries as messages. */
export interface StreamReader {
  /**
   * @returns `undefined` if the key is gone.
   * @throws SyncError as redisError.
   */
  read(request: ReadRequest): Promise<StreamReading | undefined>;
}
