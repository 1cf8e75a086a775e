import type { StreamType } from './contract/key-type-entry.js';

/**
 * Streams hold entries, not a value: redis-source (src/streams) and mongo-sink (src/messages) handle them.
 */
export const STREAM: StreamType = {
  names: { keyType: 'stream', part: 'entry', parts: 'entries' },
  answer: 'stream',
  needs: (key) => [
    ['XINFO', 'STREAM', key],
    ['XRANGE', key, '-', '+', 'COUNT', '1'],
  ],
  hasScheduler: true,
  hasHistory: false,
  // Entries are mapped by the rule itself: see mapContent.
  rules: { hasFields: true, named: [], parsed: [], mapper: () => undefined },
  excerpt: {
    lua: `local info = redis.call('XINFO', 'STREAM', key)
    for i = 1, #info, 2 do if info[i] == 'length' then size = info[i + 1] end end
    for _, entry in ipairs(redis.call('XREVRANGE', key, '+', '-', 'COUNT', limit)) do add(entry[1], entry[2]) end`,
  },
  guarantee: `Each entry that Redis still held when it was read is in \`stream_messages\` exactly once: its fields byte for byte, in stream
order by \`_id\`. Entries that Redis dropped before they were read are counted as gaps. Entries lost before the first
read are noted as \`position.before\`. A stream that was deleted, rewound or created again begins its next incarnation;
earlier messages stay.`,
};
