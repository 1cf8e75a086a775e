import type { KeyType, ValueDocument } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';

/** A member, a field with its value, an item, a part: as many buffers as the type has per entry. */
export type Item = readonly Buffer[];

/** What makes one key type different from the others; all else is done by valueSyncer. */
export interface ValueType {
  readonly names: ValueNames;
  readonly source: ItemSource;
  readonly shape: ValueShape;
}

export interface ValueNames {
  readonly keyType: KeyType;
  /** Where its documents are. */
  readonly collection: string;
  /** Where the units of large values are. */
  readonly memberCollection: string;
}

/** How the items are had from Redis. */
export interface ItemSource {
  /** The command that tells how large the value is, and in what; none where it can't be told. */
  readonly size: { readonly command: string; readonly of: 'items' | 'bytes' } | undefined;
  /** Reads the whole value by one command. `items` takes its reply; `undefined` means that the key is gone. */
  readonly whole: {
    readonly command: (key: Buffer) => readonly [string, ...(Buffer | string)[]];
    readonly items: (reply: unknown) => readonly Item[] | undefined;
  };
  /** Reads the value in pages of about `count` items; absent where Redis has no such command. */
  readonly pages?: (client: Redis, key: Buffer, count: number) => AsyncGenerator<readonly Item[]>;
  /** What takes another command to know of the items. */
  readonly detail?: ItemDetail;
}

/** What Redis tells of items by a command of its own, which must name them; it belongs to the very same state. */
export interface ItemDetail {
  /** Whether the server has the command and the user may run it. Once found out, nothing is asked. */
  isKnown(client: Redis, key: Buffer): Promise<boolean>;
  /** What asks about the items. */
  commands(key: Buffer, items: readonly Item[]): readonly (readonly [string, ...(Buffer | string)[]])[];
  /**
   * The items with their details. Those that had gone by themselves when their details were asked are left out.
   * @param asked the items that `replies` tell of.
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
   * Reads the whole value and its details in one instant. KEYS: the value's. ARGV: the command that tells when the key
   * expires. Answers what `whole` and that command do, and a list for `complete`.
   */
  readonly script: string;
}

/** How the items look in MongoDB. */
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
  readonly unit: {
    /** The fields of an item's own document, or of a piece of it where the item is too large for one. */
    readonly document: (item: Item, isPiece: boolean) => ValueDocument;
    /** Items that have no document, because a rule leaves them out; default none. */
    readonly isLeftOut?: (item: Item) => boolean;
    /** Which of the item's buffers is cut where the item is too large for a document. */
    readonly cut: number;
    /** The buffer before it is cut too where it is large itself. In how many parts is told by this field of each document. */
    readonly namePartsField?: string;
  };
}
