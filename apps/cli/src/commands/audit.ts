import { AUDIT_ACTIONS, canonicalKeyId, shownKey } from '@redis-to-mongo/pipeline';
import type { Command } from '../command.js';
import { colored } from '../table.js';
import { stamp } from '../times.js';

export const audit: Command = {
  name: 'audit',
  forms: ['[KEY] [--begins] [--action A] [--limit N]'],
  about:
    'Lists what operators did, by the page or by commands, the newest first: when, who, from where, to which key, by which\n' +
    'filter, and how it ended. It is kept for AUDIT_KEEP_DAYS.',
  args: { min: 0, max: 1 },
  options: {
    begins: { doc: 'KEY is what the names of keys begin with' },
    action: {
      value: 'A',
      choices: AUDIT_ACTIONS,
      doc: 'only this action',
    },
    limit: { value: 'N', doc: 'at most so many; default 50' },
  },
  examples: [
    ['audit orders', 'what was done to orders'],
    ['audit orders: --begins --action resync --json', 'all resyncs of keys whose names begin with orders:'],
  ],
  async run({ args: [name], options, out, servers }) {
    const { readAudit } = await import('@redis-to-mongo/mongo-sink');
    const { entries, isMore } = await readAudit(await servers.db(), {
      ...(options.flag('begins')
        ? { prefix: name ?? '' }
        : { key: name === undefined ? undefined : canonicalKeyId(name) }),
      action: options.choice('action', AUDIT_ACTIONS),
      limit: options.whole('limit', 50, { min: 1, max: 1_000_000 }),
    });
    if (out.isJson) out.json({ isMore, entries });
    else if (entries.length === 0) out.line('nothing was done');
    else
      out.table(
        ['WHEN', 'WHO', 'FROM', 'BY', 'ACTION', 'KEY', 'FILTER', 'RESULT'],
        entries.map(({ at, who, from, by, action, key, filter, result, error }) => [
          stamp(at),
          who,
          from,
          by,
          action,
          key === null ? '' : shownKey(key),
          filter ?? '',
          error === null ? result : colored(`${result}: ${error}`, 'red'),
        ]),
      );
    if (isMore && !out.isJson) out.note('there are more: --limit shows them');
    return 'ok';
  },
};
