import type { Buckets } from './buckets.js';
import type { StoredContent } from './content.js';
import type { Element, ElementLayout } from './element.js';
import type { Gap, Position } from './key-state.js';
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
  /** What a rule did to the content; not there where it is as the entry was. */
  readonly mapped?: Mapping;
  /** When MongoDB removes the message, where a rule says so. */
  readonly removeAt?: Date;
}

/** A whole value (a set, a hash, …) as it is stored under the key's id. */
export type ValueDocument = Readonly<Record<string, unknown>>;

/** How a value is stored, beside what it is. */
interface ValueWrite {
  /** The shape of its documents; default the fleet's own. */
  readonly shape?: DocumentShape | undefined;
  /** By which rule they are made, see ruleFingerprint. */
  readonly rule?: string | undefined;
}

/** A key's one value document, to be written as a whole; refused when MongoDB holds a newer revision. */
export interface ReplaceWrite extends ValueWrite {
  readonly kind: 'replace';
  readonly collection: string;
  readonly document: ValueDocument;
  /** The document shows what is new; all else stays as it is. A missing document needs no update. */
  readonly isMark?: boolean;
  /** Where the value has elements of its own (it was too large before): they are removed once the document holds it. */
  readonly memberCollection: string;
  readonly hasMembers: boolean;
  /** Fields of the document that only one of its forms has; those not in `document` are removed. */
  readonly formFields: readonly string[];
  /** About how many bytes the document takes. */
  readonly bytes: number;
}

/**
 * A value as one document per element, changed by difference only. The manifest document, in `collection`, says which elements
 * belong to it. The sink reads the value itself, by `scan`, as often as it must.
 */
export interface MembersWrite extends ValueWrite {
  readonly kind: 'members';
  readonly collection: string;
  readonly memberCollection: string;
  readonly formFields: readonly string[];
  readonly layout: ElementLayout;
  /** What a first reading of the value found, in `layout`: it says which elements the sink has to load. May be out of date. */
  readonly hint: Buckets | undefined;
  /** The elements in MongoDB are as the last job left them; else all are compared. */
  readonly isTrusted: boolean;
  /** Elements that leave are kept, with the times of coming and going. */
  readonly history: boolean;
  /**
   * One pass over the whole value, in pages. Returns whether all of it was one state of the key.
   * - paged: in bounded memory, without keeping Redis busy; not one state when the key changed meanwhile.
   * - atomic: always one state.
   * `undefined` where the value has ended: all its elements leave.
   */
  readonly scan: ((how: 'paged' | 'atomic') => AsyncGenerator<readonly Element[], boolean>) | undefined;
  /** The manifest's fields, as of the last whole pass. */
  readonly manifest: () => ValueDocument;
}

/**
 * What to write, described without a driver.
 * - insert: messages with ids of their own; one that is there already stays as it is, see Outcome.otherEntries.
 * - replace, members: a value as it is now; a worker that read it earlier never overwrites one that read it later.
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
  /** The next incarnation begins with this batch: the key was rewound or made again since it was last read. */
  readonly rewound?: boolean;
  /** By which rule the value was made, see ruleFingerprint; not there where the batch does not hold all of it. */
  readonly rule?: string | undefined;
  /** To be read once the writes are done: a write that reads by itself (`members`) settles it only then. */
  readonly position: Position;
  /** Entries (or members) read. */
  readonly entries: number;
  readonly bytes: number;
  /** Entries (or members) left in Redis behind this batch. */
  readonly lag: number;
  readonly gaps: readonly Gap[];
  /** Something in Redis differed from the stored position. */
  readonly changed: boolean;
  /** When the key will expire, null for never; `undefined` if unknown. To be read after the writes. */
  readonly expiresAt?: Date | null | undefined;
  /** Gives back what the batch holds of the byte budget; called once its writes are done. */
  readonly release?: () => void;
}

/** The result of writing a batch. */
export interface Outcome {
  readonly written: number;
  readonly alreadyThere: number;
  readonly dead: number;
  /** Records that were refused earlier, and that what was written now replaces: they count as written. Default 0. */
  readonly settled?: number;
  /** There where MongoDB has other entries under the ids of messages, as a run leaves them that has not saved its position. */
  readonly otherEntries?: OtherEntries;
}

/** Messages met other entries under their ids: the stream was created again since these were written. */
export interface OtherEntries {
  /** Removes the messages that this write has added. */
  readonly withdraw: () => Promise<void>;
}
