import { type Syncer, storedText } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { itemsOf, scanPages } from '../values/scan-pages.js';
import type { ValueOptions } from '../values/value-options.js';
import { valueSyncer } from '../values/value-syncer.js';
import type { Item, ValueType } from '../values/value-type.js';

export const SET: ValueType = {
  names: { keyType: 'set', collection: 'sets', memberCollection: 'set_members' },
  source: {
    size: { command: 'SCARD', of: 'items' },
    whole: {
      command: (key) => ['SMEMBERS', key],
      items: (reply) => itemsOf('SMEMBERS', reply, 1),
    },
    pages: scanPages('SSCAN', 1),
  },
  shape: {
    order: 'hashed',
    inline: {
      document: (items) => ({ members: sorted(items ?? []).map(storedText) }),
      fields: ['members'],
    },
    unit: { document: ([member]) => ({ member: storedText(member ?? Buffer.alloc(0)) }), cut: 0 },
  },
};

export const setGuarantee = `What \`sets\` shows is a state that the set really had. Members are exact, binary ones as BSON Binary; sorted by their
bytes where they are in one document. An unchanged set costs no write. Above the limits each member is a document in
\`set_members\`, changed by difference: a change at 100 of a million members writes those 100.`;

/** Sets. */
export function setSyncer(redis: Redis, options: ValueOptions): Syncer {
  return valueSyncer(SET, redis, options);
}

function sorted(items: readonly Item[]): Buffer[] {
  return items.flatMap(([member]) => member ?? []).sort(Buffer.compare);
}
