import { bytesOf } from '@redis-to-mongo/pipeline';
import type { ValueType } from './contract/value-type.js';
import { jsonValue, jsonWeight, withoutSpace } from './documents/json-value.js';
import { joined, partOf } from './documents/stored-values.js';
import { cutBytes } from './reading/cut-bytes.js';
import { bufferOf } from './reading/scan-pages.js';

export const JSON_TYPE: ValueType = {
  names: {
    keyType: 'json',
    collection: 'json',
    memberCollection: 'json_parts',
    part: 'byte',
    parts: 'bytes',
  },
  source: {
    // The module reports no size and has no pages: a document is always read whole.
    size: undefined,
    whole: {
      command: (key) => ['JSON.GET', key, '.'],
      items: (reply) => (reply === null ? undefined : cutBytes(bufferOf('JSON.GET', reply))),
    },
  },
  shape: {
    order: 'indexed',
    inline: {
      document: (items) => (items ? jsonValue(joined(items).toString('utf8')) : { value: null }),
      fields: ['value', 'text'],
      weigh: ([part]) => jsonWeight(partOf(part)),
    },
    element: { document: ([data]) => ({ data: partOf(data) }), cut: 0 },
  },
  stored: {
    inline: ({ text, value }) => [[Buffer.from(typeof text === 'string' ? text : JSON.stringify(value))]],
    element: (document) => [bytesOf(document.data)],
    normal: (text) => Buffer.from(withoutSpace(text.toString('utf8'))),
  },
  restore: { isWhole: true, commands: (key, items) => [['JSON.SET', key, '$', joined(items)]] },
  excerpt: { lua: `whole(redis.call('JSON.GET', key, '.'))` },
  rules: { hasFields: false, named: ['value'], parsed: [], mapper: () => undefined },
  answer: 'ReJSON-RL',
  needs: (key) => [['JSON.GET', key, '.']],
  hasScheduler: false,
  hasHistory: false,
  guarantee: `\`json\` shows a state that the document really had: \`value\` is the JSON as a document. If that could not give back exactly
the same JSON, \`text\` has it: numbers beyond 2^53 or not written as JavaScript writes them; more than 90 levels; names that
are empty, digits only, contain \`.\` or \`$\`, or are \`_bsontype\`, \`toBSON\` or \`__proto__\`. Above the limit in bytes, the text
is cut into parts of 1 MiB in \`json_parts\`; join their \`data\` in the order of \`index\`. RedisJSON cannot
read a document in pages, so the whole document is read at once.`,
};
