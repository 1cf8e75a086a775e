import { decodeItems, listMapper, storedText } from '@redis-to-mongo/pipeline';
import type { Item, ValueType } from './contract/value-type.js';
import { listIn, partOf } from './documents/stored-values.js';
import { itemsOf, scanPages } from './reading/scan-pages.js';

export const SET: ValueType = {
  names: {
    keyType: 'set',
    collection: 'sets',
    memberCollection: 'set_members',
    part: 'member',
    parts: 'members',
  },
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
    element: { document: ([member]) => ({ member: storedText(partOf(member)) }), cut: 0 },
  },
  stored: {
    inline: (document) => decodeItems(listIn(document.members), document).map((member) => [member]),
    element: (document) => decodeItems([document.member], document),
  },
  restore: { commands: (key, items) => [['SADD', key, ...items.flat()]] },
  excerpt: {
    lua: `size = redis.call('SCARD', key)
    scan('SSCAN', 1)
    return function(name)
      local is = redis.pcall('SISMEMBER', key, name)
      return is == 1 and name or is ~= 0 and is
    end`,
  },
  rules: {
    hasFields: false,
    named: ['members', 'member'],
    parsed: ['member'],
    mapper: (spec) => listMapper(spec, 'members', 'member'),
  },
  answer: 'set',
  needs: (key) => [
    ['SCARD', key],
    ['SMEMBERS', key],
    ['SSCAN', key, '0'],
  ],
  hasScheduler: true,
  hasHistory: true,
  guarantee: `\`sets\` shows a state that the set really had. Members are exact; binary members are BSON Binary. In one document they are
sorted by their bytes. An unchanged set costs no write. Above the limits, each member is a document in \`set_members\`, and
only changes are written: a change of 100 among a million members writes those 100.`,
};

function sorted(items: readonly Item[]): Buffer[] {
  return items.flatMap(([member]) => member ?? []).sort(Buffer.compare);
}
