import {
  bytesOf,
  dateOf,
  decodeFields,
  encodeContent,
  fieldsMapper,
  type StoredText,
  storedText,
  type ValueDocument,
} from '@redis-to-mongo/pipeline';
import type { Words } from './contract/about.js';
import type { Item, StoredDocument, ValueType } from './contract/value-type.js';
import { documentsIn, partOf } from './documents/stored-values.js';
import { FIELD_EXPIRY, goesAt } from './reading/field-expiry.js';
import { itemsOf, scanPages } from './reading/scan-pages.js';

/** The most bytes that a field, or its time, takes in a document beside its name and value. */
const PAIR_BYTES = 50;

export const HASH: ValueType = {
  names: {
    keyType: 'hash',
    collection: 'hashes',
    memberCollection: 'hash_fields',
    part: 'field',
    parts: 'fields',
  },
  source: {
    size: { command: 'HLEN', of: 'items' },
    whole: {
      command: (key) => ['HGETALL', key],
      items: (reply) => itemsOf('HGETALL', reply, 2),
    },
    pages: scanPages('HSCAN', 2),
    detail: FIELD_EXPIRY,
  },
  shape: {
    order: 'hashed',
    inline: { document: inline, fields: ['fields', 'fieldsExpireAt'], weigh },
    element: { document: element, cut: 1, namePartsField: 'fieldParts' },
  },
  stored: {
    inline: readInline,
    element: (document) =>
      withTime(decodeFields([[document.field, document.value]], document)[0] ?? [], document.expiresAt),
  },
  restore: {
    commands: (key, items) => [
      ['HSET', key, ...items.flatMap(([field, value]) => [partOf(field), partOf(value)])],
      ...items.flatMap((item) => restoreTime(key, item)),
    ],
    expiresAt: goesAt,
  },
  excerpt: {
    lua: `size = redis.call('HLEN', key)
    scan('HSCAN', 2)
    return function(name) return redis.pcall('HGET', key, name) end`,
    normal: (value) => value,
  },
  rules: { hasFields: true, named: [], parsed: [], mapper: fieldsMapper },
  answer: 'hash',
  needs: (key) => [
    ['HLEN', key],
    ['HGETALL', key],
    ['HSCAN', key, '0'],
  ],
  hasScheduler: false,
  hasHistory: true,
  guarantee: `\`hashes\` shows a state that the hash really had. \`fields\` is an object of field and value, or an array of
\`[field, value]\` pairs if an object could not hold the same fields: names that are binary, empty, digits only, begin
with \`$\`, contain \`.\` or NUL, or are \`_bsontype\`, \`toBSON\` or \`__proto__\`. If the server lets single fields expire (Redis
7.4, Valkey 9 and later), \`fieldsExpireAt\` has their times, read at the same moment. Above the limits, each field is a
document in \`hash_fields\`, and only changes are written.`,
};

function inline(items: readonly Item[] | undefined): ValueDocument {
  const flat: StoredText[] = [];
  const expiring: ValueDocument[] = [];
  for (const [field, value, time] of items ?? []) {
    flat.push(text(field), text(value));
    if (time && time.length > 0) expiring.push({ field: text(field), expiresAt: dateOf(Number(time)) });
  }
  const fields = encodeContent(flat);
  return expiring.length > 0 ? { fields, fieldsExpireAt: expiring } : { fields };
}

/** The name of a field that expires is stored twice. */
function weigh([field, value, time]: Item): number {
  const name = field?.length ?? 0;
  return name + (value?.length ?? 0) + PAIR_BYTES + (time && time.length > 0 ? name + PAIR_BYTES : 0);
}

function element([field, value, time]: Item): ValueDocument {
  return {
    field: text(field),
    value: text(value),
    ...(time && time.length > 0 ? { expiresAt: dateOf(Number(time)) } : {}),
  };
}

function text(bytes: Buffer | undefined): StoredText {
  return storedText(partOf(bytes));
}

function readInline(document: StoredDocument): readonly Item[] {
  const times = new Map(
    documentsIn(document.fieldsExpireAt ?? []).map((each) => [
      bytesOf(each.field).toString('latin1'),
      each.expiresAt,
    ]),
  );
  return decodeFields(document.fields, document).map(([field, value]) =>
    withTime([field, value], times.get(field.toString('latin1'))),
  );
}

function withTime(item: Item, time: unknown): Item {
  return time instanceof Date ? [...item, Buffer.from(String(time.getTime()))] : item;
}

/** The time at which a field expires: Redis 7.4 and later. */
function restoreTime(key: Buffer, [field, , time]: Item): Words[] {
  return field && time ? [['HPEXPIREAT', key, time, 'FIELDS', '1', field]] : [];
}
