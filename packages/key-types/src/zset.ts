import {
  decodeItems,
  decodeScore,
  scoredMapper,
  storedText,
  type ValueDocument,
} from '@redis-to-mongo/pipeline';
import type { Item, ValueType } from './contract/value-type.js';
import { readScore, shortScore, textOfScore } from './documents/score.js';
import { documentsIn, partOf } from './documents/stored-values.js';
import { itemsOf, scanPages } from './reading/scan-pages.js';

const pages = scanPages('ZSCAN', 2);

export const ZSET: ValueType = {
  names: {
    keyType: 'zset',
    collection: 'zsets',
    memberCollection: 'zset_members',
    part: 'member',
    parts: 'members',
  },
  source: {
    size: { command: 'ZCARD', of: 'items' },
    whole: {
      command: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
      items: (reply) => itemsOf('ZRANGE', reply, 2).map(withShortScore),
    },
    async *pages(ask, key, count) {
      for await (const items of pages(ask, key, count)) yield items.map(withShortScore);
    },
  },
  shape: {
    order: 'hashed',
    inline: {
      document: (items) => ({ members: [...(items ?? [])].sort(byScore).map(element) }),
      fields: ['members'],
    },
    element: { document: element, cut: 0 },
  },
  stored: {
    inline(document) {
      const scored = documentsIn(document.members);
      const members = decodeItems(
        scored.map(({ member }) => member),
        document,
      );
      return scored.map((each, i) => [partOf(members[i]), decodeScore(each)]);
    },
    element: (document) => [...decodeItems([document.member], document), decodeScore(document)],
  },
  restore: {
    commands: (key, items) => [
      ['ZADD', key, ...items.flatMap(([member, score]) => [partOf(score), partOf(member)])],
    ],
  },
  excerpt: {
    lua: `size = redis.call('ZCARD', key)
    local flat = redis.call('ZRANGE', key, 0, limit - 1, 'WITHSCORES')
    for i = 1, #flat, 2 do add('', {flat[i], flat[i + 1]}) end
    return function(name) return redis.pcall('ZSCORE', key, name) end`,
    normal: shortScore,
  },
  rules: {
    hasFields: false,
    named: ['members', 'member', 'score'],
    parsed: ['member', 'score'],
    mapper: scoredMapper,
  },
  answer: 'zset',
  needs: (key) => [
    ['ZCARD', key],
    ['ZRANGE', key, '0', '-1'],
    ['ZSCAN', key, '0'],
  ],
  hasScheduler: false,
  hasHistory: true,
  guarantee: `\`zsets\` shows a state that the sorted set really had, in its order: by score, then by the members' bytes. \`score\` is
exactly the double that Redis holds. If JSON has no number for it, \`scoreText\` holds it as Redis accepts it
(\`inf\`, \`-inf\`, \`-0\`). Above the limits, each member is a document in \`zset_members\`, and only changes are written; sort
them by \`score\` and \`member\`.`,
};

function withShortScore([member, score]: Item): Item {
  return [partOf(member), shortScore(score)];
}

function element([member, scoreText]: Item): ValueDocument {
  const score = readScore(scoreText);
  const isPlain = Number.isFinite(score) && !Object.is(score, -0);
  return {
    member: storedText(partOf(member)),
    score,
    ...(isPlain ? {} : { scoreText: textOfScore(score) }),
  };
}

function byScore([a, scoreA]: Item, [b, scoreB]: Item): number {
  const [one, other] = [readScore(scoreA), readScore(scoreB)];
  return one < other ? -1 : one > other ? 1 : Buffer.compare(partOf(a), partOf(b));
}
