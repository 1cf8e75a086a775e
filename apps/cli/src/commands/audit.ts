import { Option } from '@commander-js/extra-typings';
import { readAudit } from '@redis-to-mongo/mongo-sink';
import { AUDIT_ACTIONS, canonicalKeyId, shownKey } from '@redis-to-mongo/pipeline';
import { colored } from '@redis-to-mongo/terminal';
import type { Declare } from '../command.js';
import { examples } from '../examples.js';
import { stamp } from '../times.js';
import { wholeNumber } from '../whole-number.js';

export const audit: Declare = (command, { out, clients, ends }) =>
  command
    .description(
      'Lists actions of operators, on the dashboard and by commands, newest first: time, user, address, key, ' +
        'filter and result. Entries are kept for AUDIT_KEEP_DAYS.',
    )
    .argument('[KEY]')
    .option('--begins', 'treat KEY as a prefix of key names')
    .addOption(new Option('--action <A>', 'show only this action').choices(AUDIT_ACTIONS))
    .option('--limit <N>', 'show at most N', wholeNumber(1, 1_000_000), 50)
    .addHelpText(
      'after',
      examples(
        ['audit orders', 'actions on the key orders'],
        [
          'audit orders: --begins --action resync --json',
          'all resyncs of keys whose names begin with orders:',
        ],
      ),
    )
    .action(
      ends(async (name, { begins, action, limit }) => {
        const { entries, isMore } = await readAudit(await clients.db(), {
          ...(begins
            ? { prefix: name ?? '' }
            : { key: name === undefined ? undefined : canonicalKeyId(name) }),
          action,
          limit,
        });
        if (out.isJson) out.json({ isMore, entries });
        else if (entries.length === 0) out.line('no actions found');
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
        if (isMore && !out.isJson) out.note('there are more: raise --limit to see them');
        return 'ok';
      }),
    );
