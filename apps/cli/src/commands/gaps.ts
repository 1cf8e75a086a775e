import type { Command } from '../command.js';
import { bad, counted, grouped } from '../table.js';
import { stamp } from '../times.js';

export const gaps: Command = {
  name: 'gaps',
  forms: ['[PATTERN] [--limit N]'],
  about:
    'Lists the entries that Redis dropped (trimmed, deleted) before they were read: how many, and between which ids.\n' +
    'Each key keeps its newest 50 gaps; the totals count all of them. Exit code 1 when there are any.',
  args: { min: 0, max: 1 },
  options: { limit: { value: 'N', doc: 'at most so many keys, those with the most first; default 100' } },
  examples: [
    ['gaps', 'what was lost, by key'],
    ["gaps 'orders*' --json", 'the same of some keys, for machines'],
  ],
  async run({ args: [pattern], options, out, servers }) {
    const { findKeys } = await import('@redis-to-mongo/mongo-sink');
    const { namePattern, shownKey } = await import('@redis-to-mongo/pipeline');
    const { keys, total } = await findKeys(await servers.db(), {
      name: pattern === undefined ? undefined : namePattern(pattern),
      condition: 'gaps',
      sort: 'gaps',
      limit: options.whole('limit', 100, { min: 1, max: 1_000_000 }),
    });
    if (out.isJson) {
      const found = keys.map(({ key, counts, gaps: each }) => ({ key, entries: counts.gap, gaps: each }));
      out.json({ total, keys: found });
    } else if (total === 0) out.line('no gaps');
    else {
      out.table(
        ['KEY', '>ENTRIES', 'CAUSE', 'AFTER', 'UP TO', 'LIFE', 'NOTICED'],
        keys.flatMap(({ key, gaps: each }) =>
          each.map(({ entries, exact, cause, after, upTo, incarnation, at }) => [
            shownKey(key),
            exact ? bad(entries) : `about ${grouped(entries)}`,
            cause,
            after,
            upTo,
            incarnation,
            stamp(at),
          ]),
        ),
      );
      out.note(`${counted(total, 'key')} ${total === 1 ? 'has' : 'have'} gaps`);
    }
    return total === 0 ? 'ok' : 'failed';
  },
};
