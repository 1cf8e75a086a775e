import { decodeItems, listMapper, storedText } from '@redis-to-mongo/pipeline';
import type { Ask, Item, ValueType } from './contract/value-type.js';
import { listIn, partOf } from './documents/stored-values.js';
import { PageSize } from './reading/page-size.js';
import { itemsOf } from './reading/scan-pages.js';

export const LIST: ValueType = {
  names: {
    keyType: 'list',
    collection: 'lists',
    memberCollection: 'list_items',
    part: 'item',
    parts: 'items',
  },
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
      document: (items) => ({ items: (items ?? []).map(([item]) => storedText(partOf(item))) }),
      fields: ['items'],
    },
    element: { document: ([item]) => ({ item: storedText(partOf(item)) }), cut: 0 },
  },
  stored: {
    inline: (document) => decodeItems(listIn(document.items), document).map((item) => [item]),
    element: (document) => decodeItems([document.item], document),
  },
  restore: { commands: (key, items) => [['RPUSH', key, ...items.flat()]] },
  excerpt: {
    lua: `size = redis.call('LLEN', key)
    for _, item in ipairs(redis.call('LRANGE', key, 0, limit - 1)) do add('', {item}) end`,
  },
  rules: {
    hasFields: false,
    named: ['items', 'item'],
    parsed: ['item'],
    mapper: (spec) => listMapper(spec, 'items', 'item'),
  },
  answer: 'list',
  needs: (key) => [
    ['LLEN', key],
    ['LRANGE', key, '0', '-1'],
  ],
  hasScheduler: false,
  hasHistory: false,
  guarantee: `\`lists\` shows a state that the list really had, in its order, with its duplicates. Above the limits, each item is a
document in \`list_items\`; sort them by \`index\`. The item at position i has the index i + the manifest's \`first\`. Adding
or removing items at the head changes \`first\`, not the other items. So growing or shrinking at either end writes only the
items that were added or removed.`,
};

async function* rangePages(ask: Ask, key: Buffer, count: number): AsyncGenerator<readonly Item[]> {
  const page = new PageSize(count);
  for (let from = 0; ; ) {
    const asked = page.count;
    const items = itemsOf('LRANGE', await ask('LRANGE', key, String(from), String(from + asked - 1)), 1);
    page.note(items);
    if (items.length > 0) yield items;
    if (items.length < asked) return;
    from += asked;
  }
}
