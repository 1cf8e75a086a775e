import type { ValueDocument } from '@redis-to-mongo/pipeline';
import type { About, Excerpt, Names, Words } from './about.js';

/** A member, a field with its value, an item, a part: as many buffers as the type has per entry. */
export type Item = readonly Buffer[];

/** Sends a command and gives its reply, every text in it as a Buffer. */
export type Ask = (...words: Words) => Promise<unknown>;

/** All that makes one type of values different from the others. */
export interface ValueType extends About {
  readonly names: ValueNames;
  readonly source: ItemSource;
  readonly shape: ValueShape;
  readonly stored: StoredItems;
  readonly restore: Restore;
  readonly excerpt: Excerpt & {
    /**
     * Makes of what Redis reports about one member, beside its name, what MongoDB has of it; absent where a member is all there is,
     * and where items are not looked up by names.
     */
    readonly normal?: (reply: Buffer) => Buffer;
  };
}

export interface ValueNames extends Names {
  /** Where its documents are. */
  readonly collection: string;
  /** Where the elements of large values are. */
  readonly memberCollection: string;
}

/** How the items are had from Redis. */
export interface ItemSource {
  /** Reports how large the value is, and in what; none where it is unknown. */
  readonly size: SizeSource | undefined;
  /** Reads the whole value by one command. `items` takes its reply; `undefined` means that the key is gone. */
  readonly whole: {
    readonly command: (key: Buffer) => readonly [string, ...(Buffer | string)[]];
    readonly items: (reply: unknown) => readonly Item[] | undefined;
    /** A Lua function of the key that answers what `command` does; default one that runs `command`. */
    readonly lua?: string;
  };
  /** Reads the value in pages of about `count` items; absent where Redis has no such command. */
  readonly pages?: (ask: Ask, key: Buffer, count: number) => AsyncGenerator<readonly Item[]>;
  /** What takes another command to know of the items. */
  readonly detail?: ItemDetail;
}

/** A command of the key, or where there is none a Lua function of it, run by EVAL_RO. */
export type SizeSource = { readonly of: 'items' | 'bytes' } & (
  | { readonly command: string }
  | { readonly lua: string }
);

/** What Redis reports about items by a command of its own, which must name them; it belongs to exactly the same state. */
export interface ItemDetail {
  /** Answers, or fails by WRONGTYPE, where the server has the command and the user may run it. */
  probe(key: Buffer): Words;
  /** Buffers that an item has without its details. */
  readonly from: number;
  /** What asks about the items. */
  commands(key: Buffer, items: readonly Item[]): readonly Words[];
  /**
   * The items with their details. Those that were gone by themselves when their details were asked are left out.
   * @param asked the items that `replies` report.
   * @returns `undefined` where some of the items were not asked about.
   */
  complete(
    items: readonly Item[],
    asked: readonly Item[],
    replies: readonly unknown[],
  ): readonly Item[] | undefined;
  /** Of completed items, and the one found before, that which goes by itself first; `undefined` where all stay. */
  firstToGo(items: readonly Item[], before: Item | undefined): Item | undefined;
  /** A Lua function of a key and what `whole` answers: asks for the details, and answers what `commands` do. */
  readonly ask: string;
  /**
   * Reads the whole value and its details in one instant. KEYS: the value's. ARGV: the command that shows when the key
   * expires. Answers what `whole` and that command do, and a list for `complete`.
   */
  readonly script: string;
}

/** The form of the items in MongoDB. */
export interface ValueShape {
  /**
   * - hashed: the items have no order; a change at one costs nothing at the others.
   * - indexed: they have places.
   * - sliding: they have places, and come and go at both ends.
   */
  readonly order: 'hashed' | 'indexed' | 'sliding';
  /** The fields of the one document that holds all items; `undefined` items: the key is gone. And all their names. */
  readonly inline: {
    readonly document: (items: readonly Item[] | undefined) => ValueDocument;
    readonly fields: readonly string[];
    /** About how many bytes an item takes in that document, at most; default its own and a little. */
    readonly weigh?: (item: Item) => number;
  };
  readonly element: {
    /** The fields of an item's own document, or of a piece of it where the item is too large for one. */
    readonly document: (item: Item, isPiece: boolean) => ValueDocument;
    /** Items that have no document, because a rule leaves them out; default none. */
    readonly isLeftOut?: (item: Item) => boolean;
    /** Which of the item's buffers is cut where the item is too large for a document. */
    readonly cut: number;
    /** The buffer before it is cut too where it is large itself. In how many parts is reported by this field of each document. */
    readonly namePartsField?: string;
  };
}

/** How the items are read back from MongoDB: byte for byte as they were in Redis. */
export interface StoredItems {
  /** Those of the one document, in order where the value has one. @throws TypeError where it is not of the fleet's form. */
  readonly inline: (document: StoredDocument) => Iterable<Item>;
  /** That of a document of its own, or its piece. @throws TypeError as `inline`. */
  readonly element: (document: StoredDocument) => Item;
  /** What of a value's bytes is compared; default all. For values that are one run of bytes. */
  readonly normal?: (bytes: Buffer) => Buffer;
}

/** A document as a MongoDB driver gives it. */
export type StoredDocument = Readonly<Record<string, unknown>>;

/** How a value is written into another Redis. */
export interface Restore {
  /** All items at once: a value that is not put together page by page. */
  readonly isWhole?: true;
  /** Adds a page of items. The first page finds no key. */
  readonly commands: (key: Buffer, items: readonly Item[]) => readonly Words[];
}
