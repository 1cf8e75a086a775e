import type { Syncer } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { cutBytes } from '../values/cut-bytes.js';
import { jsonValue, jsonWeight } from '../values/json-value.js';
import { bufferOf } from '../values/scan-pages.js';
import type { ValueOptions } from '../values/value-options.js';
import { valueSyncer } from '../values/value-syncer.js';
import type { Item, ValueType } from '../values/value-type.js';

export const JSON_TYPE: ValueType = {
  names: { keyType: 'json', collection: 'json', memberCollection: 'json_parts' },
  source: {
    // The module tells neither a size nor a page of a document: it is always read at once.
    size: undefined,
    whole: {
      command: (key) => ['JSON.GET', key, '.'],
      items: (reply) => (reply === null ? undefined : cutBytes(bufferOf('JSON.GET', reply))),
    },
  },
  shape: {
    order: 'indexed',
    inline: {
      document: (items) => (items ? jsonValue(textOf(items)) : { value: null }),
      fields: ['value', 'text'],
      weigh: ([part]) => jsonWeight(part ?? Buffer.alloc(0)),
    },
    unit: { document: ([data]) => ({ data: data ?? Buffer.alloc(0) }), cut: 0 },
  },
};

export const jsonGuarantee = `What \`json\` shows is a state that the document really had: \`value\` is the JSON as a document. Where that could not
give the very same JSON back (numbers beyond 2^53 or written unlike JavaScript does, names that are empty, digits only,
hold \`.\` or \`$\`, or are \`_bsontype\`, \`toBSON\` or \`__proto__\`, more than 90 levels), \`text\` has it exactly. Above the limit in bytes the text is cut into parts
of 1 MiB in \`json_parts\`; put their \`data\` together by \`index\`. The module has no command to read a document in
pages: it is read at once.`;

/** RedisJSON documents. */
export function jsonSyncer(redis: Redis, options: ValueOptions): Syncer {
  return valueSyncer(JSON_TYPE, redis, options);
}

function textOf(items: readonly Item[]): string {
  return Buffer.concat(items.flatMap(([part]) => part ?? [])).toString('utf8');
}
