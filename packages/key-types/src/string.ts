import { bytesOf, decodeItems, storedText, textMapper, type ValueDocument } from '@redis-to-mongo/pipeline';
import type { Ask, Item, ValueType } from './contract/value-type.js';
import { joined, partOf } from './documents/stored-values.js';
import { cutBytes, PART_BYTES } from './reading/cut-bytes.js';
import { bufferOf } from './reading/scan-pages.js';

export const STRING: ValueType = {
  names: {
    keyType: 'string',
    collection: 'strings',
    memberCollection: 'string_parts',
    part: 'byte',
    parts: 'bytes',
  },
  source: {
    size: { command: 'STRLEN', of: 'bytes' },
    whole: {
      command: (key) => ['GET', key],
      items: (reply) => (reply === null ? undefined : cutBytes(bufferOf('GET', reply))),
    },
    pages: rangePages,
  },
  shape: {
    order: 'indexed',
    inline: { document: inline, fields: ['value', 'integer'] },
    element: { document: ([data]) => ({ data: partOf(data) }), cut: 0 },
  },
  stored: {
    inline: (document) => [decodeItems([document.value], document)],
    element: (document) => [bytesOf(document.data)],
  },
  restore: { commands: (key, items) => [['APPEND', key, joined(items)]] },
  excerpt: {
    lua: `whole(redis.call('GETRANGE', key, 0, compared - 1), redis.call('STRLEN', key))`,
  },
  rules: {
    hasFields: false,
    named: ['value'],
    parsed: ['value'],
    isOneText: true,
    mapper: textMapper,
  },
  answer: 'string',
  needs: (key) => [
    ['STRLEN', key],
    ['GET', key],
    ['GETRANGE', key, '0', '1'],
  ],
  hasScheduler: false,
  hasHistory: false,
  guarantee: `\`strings\` shows a state that the string really had, byte for byte: \`value\` is text if the bytes are UTF-8, else BSON
Binary. A value that is a whole number of 64 bits (a counter) also has it as \`integer\`. Above the limit in bytes,
the string is cut into parts of 1 MiB in \`string_parts\`; join their \`data\` in the order of \`index\`. Only changed parts
are written.`,
};

async function* rangePages(ask: Ask, key: Buffer): AsyncGenerator<readonly Item[]> {
  for (let from = 0; ; from += PART_BYTES) {
    const reply = await ask('GETRANGE', key, String(from), String(from + PART_BYTES - 1));
    const part = bufferOf('GETRANGE', reply);
    if (part.length > 0) yield [[part]];
    if (part.length < PART_BYTES) return;
  }
}

function inline(items: readonly Item[] | undefined): ValueDocument {
  if (!items) return { value: null };
  const value = storedText(joined(items));
  const integer = typeof value === 'string' ? integerOf(value) : undefined;
  return integer === undefined ? { value } : { value, integer };
}

/** Parses a text that is a 64-bit integer, written as Redis' INCR writes it; otherwise `undefined`. */
function integerOf(text: string): bigint | undefined {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const integer = BigInt(text);
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}
