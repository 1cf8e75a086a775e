import { type Syncer, storedText, type ValueDocument } from '@redis-to-mongo/pipeline';
import { Command, type Redis } from 'ioredis';
import { cutBytes, PART_BYTES } from '../values/cut-bytes.js';
import { bufferOf } from '../values/scan-pages.js';
import type { ValueOptions } from '../values/value-options.js';
import { valueSyncer } from '../values/value-syncer.js';
import type { Item, ValueType } from '../values/value-type.js';

export const STRING: ValueType = {
  names: { keyType: 'string', collection: 'strings', memberCollection: 'string_parts' },
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
    unit: { document: ([data]) => ({ data: data ?? Buffer.alloc(0) }), cut: 0 },
  },
};

export const stringGuarantee = `What \`strings\` shows is a state that the string really had, byte for byte: \`value\` is text where the bytes are
UTF-8, else BSON Binary. A value that reads as a whole number of 64 bits (a counter) has it as \`integer\` too. Above
the limit in bytes the string is cut into parts of 1 MiB in \`string_parts\`; put their \`data\` together by \`index\`.
Only the parts that changed are written.`;

/** Strings. */
export function stringSyncer(redis: Redis, options: ValueOptions): Syncer {
  return valueSyncer(STRING, redis, options);
}

async function* rangePages(client: Redis, key: Buffer): AsyncGenerator<readonly Item[]> {
  for (let from = 0; ; from += PART_BYTES) {
    const reply: unknown = await client.sendCommand(
      new Command('GETRANGE', [key, String(from), String(from + PART_BYTES - 1)], { replyEncoding: null }),
    );
    const part = bufferOf('GETRANGE', reply);
    if (part.length > 0) yield [[part]];
    if (part.length < PART_BYTES) return;
  }
}

function inline(items: readonly Item[] | undefined): ValueDocument {
  if (!items) return { value: null };
  const value = storedText(Buffer.concat(items.flatMap(([part]) => part ?? [])));
  const integer = typeof value === 'string' ? integerOf(value) : undefined;
  return integer === undefined ? { value } : { value, integer };
}

/** The number that a counter's text means, if it is one of 64 bits as Redis' INCR makes them. */
function integerOf(text: string): bigint | undefined {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(text)) return undefined;
  const integer = BigInt(text);
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}
