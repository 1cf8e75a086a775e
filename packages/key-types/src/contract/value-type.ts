import type { ValueDocument } from '@redis-to-mongo/pipeline';
import type { About, Excerpt, Names, Words } from './about.js';

/** One member, field with its value, item or part, as buffers. Their number depends on the type. */
export type Item = readonly Buffer[];

/** Sends a command and returns its reply, with every text as a Buffer. */
export type Ask = (...words: Words) => Promise<unknown>;

/** Everything that distinguishes one value type from the others. */
export interface ValueType extends About {
  readonly names: ValueNames;
  readonly source: ItemSource;
  readonly shape: ValueShape;
  readonly stored: StoredItems;
  readonly restore: Restore;
  readonly excerpt: Excerpt & {
    /**
     * Converts what Redis reports about one member, beside its name, into what MongoDB stores. Absent if a
     * member has nothing beside its name, or if items are not looked up by name.
     */
    readonly normal?: (reply: Buffer) => Buffer;
  };
}

export interface ValueNames extends Names {
  /** The collection of its documents. */
  readonly collection: string;
  /** The collection of the elements of large values. */
  readonly memberCollection: string;
}

/** How the items are read from Redis. */
export interface ItemSource {
  /** How to ask for the size of the value, in items or bytes; `undefined` if no command reports it. */
  readonly size: SizeSource | undefined;
  /**
   * Reads the whole value with one command. `items` parses its reply; `undefined` means that the key does not
   * exist.
   */
  readonly whole: {
    readonly command: (key: Buffer) => readonly [string, ...(Buffer | string)[]];
    readonly items: (reply: unknown) => readonly Item[] | undefined;
    /** A Lua function of the key that returns the reply of `command`; default: one that runs `command`. */
    readonly lua?: string;
  };
  /** Reads the value in pages of about `count` items; absent if Redis has no such command. */
  readonly pages?: (ask: Ask, key: Buffer, count: number) => AsyncGenerator<readonly Item[]>;
  /** Details of the items that need another command. */
  readonly detail?: ItemDetail;
}

/** A command that takes the key. If there is no such command: a Lua function of the key, run by EVAL_RO. */
export type SizeSource = { readonly of: 'items' | 'bytes' } & (
  | { readonly command: string }
  | { readonly lua: string }
);

/**
 * Details that Redis reports with a separate command, which must name the items. They belong to exactly the
 * same state as the items.
 */
export interface ItemDetail {
  /** Succeeds, or fails with WRONGTYPE, if the server has the command and the user may run it. */
  probe(key: Buffer): Words;
  /** The number of buffers of an item without its details. */
  readonly from: number;
  /** The commands that ask for the details of items. */
  commands(key: Buffer, items: readonly Item[]): readonly Words[];
  /**
   * Adds the details to the items. Items that had expired when their details were read are left out.
   * @param asked the items that `replies` report.
   * @returns `undefined` if `replies` lack some of the items.
   */
  complete(
    items: readonly Item[],
    asked: readonly Item[],
    replies: readonly unknown[],
  ): readonly Item[] | undefined;
  /**
   * Returns the item that expires first, of the completed items and `before`; `undefined` if none expires.
   */
  firstToGo(items: readonly Item[], before: Item | undefined): Item | undefined;
  /**
   * A Lua function of a key and the reply of `whole`: reads the details, and returns the reply that
   * `commands` would get.
   */
  readonly ask: string;
  /**
   * A script that reads the whole value and its details at one moment. KEYS[1] is the value's key, ARGV[1]
   * the command that reports when the key expires. Returns the reply of `whole`, the reply of that command,
   * and the details as a list for `complete`.
   */
  readonly script: string;
}

/** The form of the items in MongoDB. */
export interface ValueShape {
  /**
   * - hashed: the items have no order; a change of one item does not affect the others.
   * - indexed: they have positions.
   * - sliding: they have positions, and are added and removed at both ends.
   */
  readonly order: 'hashed' | 'indexed' | 'sliding';
  /**
   * The document that holds all items, and the names of all its fields. `undefined` items: the key does not
   * exist.
   */
  readonly inline: {
    readonly document: (items: readonly Item[] | undefined) => ValueDocument;
    readonly fields: readonly string[];
    /** An upper estimate of the bytes of an item in that document; default: its own bytes and a few more. */
    readonly weigh?: (item: Item) => number;
  };
  readonly element: {
    /** The fields of an item's own document, or of a piece of an item that is too large for one. */
    readonly document: (item: Item, isPiece: boolean) => ValueDocument;
    /** Whether a rule leaves the item out, so that it has no document; default: no item. */
    readonly isLeftOut?: (item: Item) => boolean;
    /** The index of the buffer that is cut if the item is too large for a document. */
    readonly cut: number;
    /**
     * The buffer before `cut` is also cut if it is large. This field of each document then holds the number
     * of its parts.
     */
    readonly namePartsField?: string;
  };
}

/** How the items are read back from MongoDB: byte for byte as they were in Redis. */
export interface StoredItems {
  /**
   * The items of the value's one document; in order, if the value has an order.
   * @throws TypeError if the document is not of the fleet's form.
   */
  readonly inline: (document: StoredDocument) => Iterable<Item>;
  /** The item, or the piece of an item, in an element's document. @throws TypeError as `inline`. */
  readonly element: (document: StoredDocument) => Item;
  /**
   * Converts the bytes into the form that is compared; default: unchanged. For values that are one run of
   * bytes.
   */
  readonly normal?: (bytes: Buffer) => Buffer;
}

/** A document as the MongoDB driver returns it. */
export type StoredDocument = Readonly<Record<string, unknown>>;

/** How a value is written into another Redis. */
export interface Restore {
  /** `commands` needs all items in one call: the value can't be built page by page. */
  readonly isWhole?: true;
  /** Adds a page of items. Before the first page, the key does not exist. */
  readonly commands: (key: Buffer, items: readonly Item[]) => readonly Words[];
  /** Returns when Redis removes an item, in ms since 1970; Infinity for never. Absent if items do not expire. */
  readonly expiresAt?: (item: Item) => number;
}
