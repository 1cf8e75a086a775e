import { Buffer } from 'node:buffer';
import {
  bytesOf,
  contentOf,
  encodeContent,
  type MessageDocument,
  storedText,
} from '@redis-to-mongo/pipeline';
import { BSON } from 'mongodb';

/** Marks the packed content of a message that a rule changed. A first name never has this length. */
const MAPPED = Buffer.from([0xff, 0xff, 0xff, 0xff]);
const TEXT = Buffer.from('t');
const PARSED = Buffer.from('b');

/**
 * Packs the content of a message of any size: names and values one after the other, each preceded by its
 * length in bytes (32 bits, little-endian). If a rule may have parsed values, the kind of each value precedes
 * it. BSON of the whole content would permanently enlarge the driver's buffer to its size.
 */
export function packContent({ content, mapped }: Pick<MessageDocument, 'content' | 'mapped'>): Buffer {
  const pairs = Array.isArray(content) ? content : Object.entries(content);
  if (!mapped) return pack(pairs.flat().map(bytesOf));
  return Buffer.concat([
    MAPPED,
    pack(
      pairs.flatMap(([name, value]) =>
        typeof value === 'string' || value instanceof Uint8Array
          ? [bytesOf(name), TEXT, bytesOf(value)]
          : [bytesOf(name), PARSED, BSON.serialize({ value })],
      ),
    ),
  ]);
}

/** Unpacks content from packContent. @param isMapped whether a rule changed it. */
export function unpackContent(packed: Buffer, isMapped: boolean): unknown {
  if (!isMapped) return encodeContent(unpack(packed).map(storedText));
  // The format of versions without kinds.
  if (!packed.subarray(0, MAPPED.length).equals(MAPPED)) return BSON.deserialize(packed).content;
  const items = unpack(packed.subarray(MAPPED.length));
  const none = Buffer.alloc(0);
  return contentOf(
    Array.from({ length: items.length / 3 }, (_, i) => {
      const [name = none, kind = none, value = none] = items.slice(3 * i, 3 * i + 3);
      return [storedText(name), kind.equals(TEXT) ? storedText(value) : BSON.deserialize(value).value];
    }),
  );
}

function pack(items: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    items.flatMap((item) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(item.length);
      return [length, item];
    }),
  );
}

function unpack(packed: Buffer): Buffer[] {
  const items: Buffer[] = [];
  for (let at = 0; at < packed.length; ) {
    const end = at + 4 + packed.readUInt32LE(at);
    items.push(packed.subarray(at + 4, end));
    at = end;
  }
  return items;
}
