import type { Buckets } from './buckets.js';
import type { StoredContent } from './content.js';
import type { Element, ElementLayout } from './element.js';
import type { Gap } from './kept-gaps.js';
import type { Position } from './key-state.js';
import type { Messages } from './messages.js';
import type { MappedContent, Mapping } from './rules/content-mapper.js';
import type { DocumentShape } from './shape/document-shape.js';

/** One stream entry as it is stored in `stream_messages`. */
export interface MessageDocument {
  readonly _id: string;
  readonly stream: string;
  readonly type: string;
  readonly entryId: string;
  readonly at: Date | null;
  readonly content: StoredContent | MappedContent;
  /** What a rule did to the content; absent if the content is that of the entry. */
  readonly mapped?: Mapping;
  /** When MongoDB removes the message, if a rule sets a time to live. */
  readonly removeAt?: Date;
}

/** A whole value (a set, a hash, …) as it is stored under the key's id. */
export type ValueDocument = Readonly<Record<string, unknown>>;

/** How a rule changes the documents of a value. */
interface ValueWrite {
  readonly collection: string;
  readonly memberCollection: string;
  /** Fields that only some forms of the document have; those that the document lacks are removed. */
  readonly formFields: readonly string[];
  /** The shape of its documents; default the fleet's own. */
  readonly shape?: DocumentShape | undefined;
  /** The fingerprint of the rule that makes its documents, see ruleFingerprint. */
  readonly rule?: string | undefined;
}

/** A value as one document, written whole; refused if MongoDB holds a newer revision. */
export interface ReplaceWrite extends ValueWrite {
  readonly kind: 'replace';
  readonly document: ValueDocument;
  /**
   * Only the fields in `document` are updated; the others stay. If MongoDB has no document, nothing is
   * written.
   */
  readonly isMark?: boolean;
  /**
   * Whether the value was too large before. Its elements in `memberCollection` are removed after the document
   * is written.
   */
  readonly hasMembers: boolean;
  /** Approximate size of the document, in bytes. */
  readonly bytes: number;
}

/**
 * A value as one document per element; only differences are written. The manifest, a document in
 * `collection`, says which elements belong to the value. The sink reads the value itself by `scan`, as often
 * as needed.
 */
export interface MembersWrite extends ValueWrite {
  readonly kind: 'members';
  readonly layout: ElementLayout;
  /**
   * The result of the first reading of the value, in `layout`. It says which elements the sink must load. May
   * be out of date.
   */
  readonly hint: Buckets | undefined;
  /** Whether the elements in MongoDB are as the last job left them; otherwise all are compared. */
  readonly isTrusted: boolean;
  /** Whether removed elements are kept, with the times when they were added and removed. */
  readonly history: boolean;
  /**
   * One pass over the whole value, in pages. Returns whether all of it was one state of the key.
   * - paged: in bounded memory, without keeping Redis busy; not one state if the key changed meanwhile.
   * - atomic: always one state.
   * `undefined` if the key is gone: all its elements are removed.
   */
  readonly scan: ((how: 'paged' | 'atomic') => AsyncGenerator<readonly Element[], boolean>) | undefined;
  /** The manifest's fields, as of the last pass that was one state. */
  readonly manifest: () => ValueDocument;
}

/**
 * What to write, described without a driver.
 * - insert: messages, each with its own id. A message whose id exists stays unchanged; see
 *   Outcome.otherEntries.
 * - replace, members: a value as it is now. A worker that read the value earlier never overwrites a later
 *   reading.
 */
export type Write =
  | {
      readonly kind: 'insert';
      readonly collection: string;
      readonly messages: Messages;
    }
  | ReplaceWrite
  | MembersWrite;

/** The result of one read: the writes, and the state of the key after them. */
export interface Batch {
  readonly writes: readonly Write[];
  /**
   * The next incarnation begins with this batch: the stream was rewound or created again after it was last
   * read.
   */
  readonly rewound?: boolean;
  /**
   * The fingerprint of the rule that made the value, see ruleFingerprint; absent if the batch does not hold
   * the whole value.
   */
  readonly rule?: string | undefined;
  /** Read it only after the writes: a write that reads the value itself (`members`) determines it. */
  readonly position: Position;
  /** Number of entries read; 1 for a value. */
  readonly entries: number;
  readonly bytes: number;
  /** Number of entries left in Redis after this batch; 0 for a value. */
  readonly lag: number;
  readonly gaps: readonly Gap[];
  /** Whether Redis differed from the stored position. */
  readonly changed: boolean;
  /** When the key will expire, null for never; `undefined` if unknown. Read it only after the writes. */
  readonly expiresAt?: Date | null | undefined;
  /** Releases the batch's share of the byte budget; called after its writes. */
  readonly release?: () => void;
}

/** The result of writing a batch. */
export interface Outcome {
  readonly written: number;
  readonly alreadyThere: number;
  readonly dead: number;
  /**
   * Number of records that were refused earlier and have now been replaced by a write. They count as written.
   * Default: 0.
   */
  readonly settled?: number;
  /**
   * Present if MongoDB has other entries under the ids of messages. A run that did not save its position may
   * have left them.
   */
  readonly otherEntries?: OtherEntries;
}

/**
 * MongoDB has other entries under the ids of messages: the stream was created again after they were written.
 */
export interface OtherEntries {
  /** Removes the messages that this write has added. */
  readonly withdraw: () => Promise<void>;
}
