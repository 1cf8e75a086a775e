import type { StoredContent } from './content.js';
import type { Gap, Position } from './key-state.js';

/** One stream entry as it is stored in `stream_messages`. */
export interface MessageDocument {
  readonly _id: string;
  readonly stream: string;
  readonly type: string;
  readonly entryId: string;
  readonly at: Date | null;
  readonly content: StoredContent;
}

/** A whole value (a set, a hash, …) as it is stored under the key's id. */
export type ValueDocument = Readonly<Record<string, unknown>>;

/**
 * What to write, described without a driver.
 * - insert: documents with ids of their own; one that is there already stays as it is.
 * - replace: the key's one value document, as a whole; refused when MongoDB holds a newer revision.
 */
export type Write =
  | {
      readonly kind: 'insert';
      readonly collection: string;
      readonly documents: readonly MessageDocument[];
      /** About how many bytes the documents take; the sink cuts its bulks by it. */
      readonly bytes: number;
    }
  | { readonly kind: 'replace'; readonly collection: string; readonly document: ValueDocument };

/** What one read found: what to write, and what is true of the key once that is written. */
export interface Batch {
  readonly writes: readonly Write[];
  /** The next life begins with this batch: the key was rewound or made anew since it was last read. */
  readonly rewound?: boolean;
  readonly position: Position;
  /** Entries (or members) read. */
  readonly entries: number;
  readonly bytes: number;
  /** Entries (or members) left in Redis behind this batch. */
  readonly lag: number;
  readonly gaps: readonly Gap[];
  /** Something in Redis differed from the stored position. */
  readonly changed: boolean;
  /** Gives back what the batch holds of the byte budget; called once its writes are done. */
  readonly release?: () => void;
}

/** How the records of a batch fared. */
export interface Outcome {
  readonly written: number;
  readonly alreadyThere: number;
  readonly dead: number;
}
