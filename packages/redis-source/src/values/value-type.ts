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
  /** Completes items just read with what takes another command to know. */
  readonly complete?: (client: Redis, key: Buffer, items: readonly Item[]) => Promise<readonly Item[]>;
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
    /** The fields of an item's own document. */
    readonly document: (item: Item) => ValueDocument;
    /** Which of the item's buffers is cut where the item is too large for a document. */
    readonly cut: number;
    /** The buffer before it is cut too where it is large itself. In how many parts is told by this field of each document. */
    readonly namePartsField?: string;
  };
}
