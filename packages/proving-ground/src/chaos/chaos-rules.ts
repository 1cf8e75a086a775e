import { STREAM_MESSAGES } from '@redis-to-mongo/pipeline';

const SHAPED = { shape: 'document' } as const;

/**
 * The rules of a run, in the form of RULES. Keys of each type without a rule exist as well. No rule drops
 * data, so everything must come back byte for byte.
 */
export const CHAOS_RULES = [
  { pattern: 'visits*', types: ['stream'], collection: 'visits', ...SHAPED },
  {
    pattern: 'clicks*',
    types: ['stream'],
    collection: 'clicks',
    ...SHAPED,
    fields: { rename: { n: 'number' } },
    parse: { n: 'number' },
  },
  { pattern: 'baskets', types: ['stream'], parse: { n: 'number' } },
  {
    pattern: 'profile:*',
    types: ['hash'],
    collection: 'profiles',
    ...SHAPED,
    id: '{1}',
    idType: 'number',
    fields: { rename: { 'field:2': 'second' } },
    parse: { version: 'number', 'field:1': 'json' },
    gone: 'mark',
  },
  { pattern: 'board:*', types: ['zset'], collection: 'boards', ...SHAPED, gone: 'remove' },
  { pattern: 'feed:*', types: ['list'], ...SHAPED },
  { pattern: 'flag:*', types: ['string'], ...SHAPED, id: '{1}', parse: { value: 'json' } },
  { pattern: 'labels:*', types: ['set'], collection: 'labels', ...SHAPED },
  { pattern: 'something', ...SHAPED, types: ['hash', 'zset', 'list'] },
] as const;

/** The collection of a stream's messages. */
export function messagesOf(stream: string): string {
  const [name = ''] = stream.split(':');
  return name === 'visits' || name === 'clicks' ? name : STREAM_MESSAGES;
}
