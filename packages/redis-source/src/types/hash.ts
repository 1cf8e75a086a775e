import {
  encodeContent,
  type StoredText,
  type Syncer,
  storedText,
  type ValueDocument,
} from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { dateOf } from '../date-of.js';
import { fieldExpiry } from '../values/field-expiry.js';
import { itemsOf, scanPages } from '../values/scan-pages.js';
import type { ValueOptions } from '../values/value-options.js';
import { valueSyncer } from '../values/value-syncer.js';
import type { Item, ItemSource, ValueType } from '../values/value-type.js';

/** What a field, or its time, takes in a document beside its name and value, in bytes, at most. */
const PAIR_BYTES = 50;

const HASH: ValueType = {
  names: { keyType: 'hash', collection: 'hashes', memberCollection: 'hash_fields' },
  source: {
    size: { command: 'HLEN', of: 'items' },
    whole: {
      command: (key) => ['HGETALL', key],
      items: (reply) => itemsOf('HGETALL', reply, 2),
    },
    pages: scanPages('HSCAN', 2),
  },
  shape: {
    order: 'hashed',
    inline: { document: inline, fields: ['fields', 'fieldsExpireAt'], weigh },
    unit: { document: unit, cut: 1, namePartsField: 'fieldParts' },
  },
};

export const hashGuarantee = `What \`hashes\` shows is a state that the hash really had. \`fields\` is an object of field and value; where an object
could not give the very same fields back (names that are binary, empty, digits only, begin with \`$\`, hold \`.\` or
NUL, or are \`_bsontype\`, \`toBSON\` or \`__proto__\`), an array of \`[field, value]\` pairs. Where the server lets single
fields expire (Redis 7.4, Valkey 9 and later), \`fieldsExpireAt\` has their times, as they were in the same instant. Above the
limits each field is a document in \`hash_fields\`, changed by difference.`;

/** Hashes. */
export function hashSyncer(redis: Redis, options: ValueOptions): Syncer {
  return valueSyncer({ ...HASH, source: hashSource() }, redis, options);
}

/** How a hash is read, by one syncer: what the server can tell of fields is found out once. */
export function hashSource(): ItemSource {
  return { ...HASH.source, detail: fieldExpiry() };
}

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

/** A field that expires is named twice. */
function weigh([field, value, time]: Item): number {
  const name = field?.length ?? 0;
  return name + (value?.length ?? 0) + PAIR_BYTES + (time && time.length > 0 ? name + PAIR_BYTES : 0);
}

function unit([field, value, time]: Item): ValueDocument {
  return {
    field: text(field),
    value: text(value),
    ...(time && time.length > 0 ? { expiresAt: dateOf(Number(time)) } : {}),
  };
}

function text(bytes: Buffer | undefined) {
  return storedText(bytes ?? Buffer.alloc(0));
}
