import { type Syncer, storedText } from '@redis-to-mongo/pipeline';
import { Command, type Redis } from 'ioredis';
import { itemsOf } from '../values/scan-pages.js';
import type { ValueOptions } from '../values/value-options.js';
import { valueSyncer } from '../values/value-syncer.js';
import type { Item, ValueType } from '../values/value-type.js';

export const LIST: ValueType = {
  names: { keyType: 'list', collection: 'lists', memberCollection: 'list_items' },
  source: {
    size: { command: 'LLEN', of: 'items' },
    whole: {
      command: (key) => ['LRANGE', key, '0', '-1'],
      items: (reply) => itemsOf('LRANGE', reply, 1),
    },
    pages: rangePages,
  },
  shape: {
    order: 'sliding',
    inline: {
      document: (items) => ({ items: (items ?? []).map(([item]) => storedText(item ?? Buffer.alloc(0))) }),
      fields: ['items'],
    },
    unit: { document: ([item]) => ({ item: storedText(item ?? Buffer.alloc(0)) }), cut: 0 },
  },
};

export const listGuarantee = `What \`lists\` shows is a state that the list really had, in its order, with its duplicates. Above the limits each item is
a document in \`list_items\`; sort them by \`index\`. The item at place i of the list has the index i + the header's
\`first\`; putting items at the head or taking them from there changes \`first\`, not the other items, so growth and
shrinking at either end write only what came or went.`;

/** Lists. */
export function listSyncer(redis: Redis, options: ValueOptions): Syncer {
  return valueSyncer(LIST, redis, options);
}

async function* rangePages(client: Redis, key: Buffer, count: number): AsyncGenerator<readonly Item[]> {
  for (let from = 0; ; from += count) {
    const reply: unknown = await client.sendCommand(
      new Command('LRANGE', [key, String(from), String(from + count - 1)], { replyEncoding: null }),
    );
    const items = itemsOf('LRANGE', reply, 1);
    if (items.length > 0) yield items;
    if (items.length < count) return;
  }
}
