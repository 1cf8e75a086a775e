import { findKeys } from '@redis-to-mongo/mongo-sink';
import { namePattern, shownKey } from '@redis-to-mongo/pipeline';
import { bad, counted, grouped } from '@redis-to-mongo/terminal';
import type { Declare } from '../command.js';
import { examples } from '../examples.js';
import { fromNow } from '../times.js';
import { wholeNumber } from '../whole-number.js';

export const gaps: Declare = (command, { out, clients, ends }) =>
  command
    .description(
      'Lists the entries that Redis dropped (trimmed, deleted) before they were read, with counts and id ranges. ' +
        'Each key keeps its newest 50 gaps; the totals count all of them. --json adds incarnations and exact times. ' +
        'Exit code 1 if there are any.',
    )
    .argument('[PATTERN]')
    .option(
      '--limit <N>',
      'show at most N keys, those with the most lost entries first',
      wholeNumber(1, 1_000_000),
      100,
    )
    .addHelpText(
      'after',
      examples(
        ['gaps', 'lost entries, by key'],
        ["gaps 'orders*' --json", 'the same for some keys, as JSON'],
      ),
    )
    .action(
      ends(async (pattern, { limit }) => {
        const { keys, total } = await findKeys(await clients.db(), {
          name: pattern === undefined ? undefined : namePattern(pattern),
          condition: 'gaps',
          sort: 'gaps',
          limit,
        });
        if (out.isJson) {
          const found = keys.map(({ key, counts, gaps: each }) => ({ key, entries: counts.gap, gaps: each }));
          out.json({ total, keys: found });
        } else if (total === 0) out.line('no gaps');
        else {
          out.table(
            ['KEY', '>ENTRIES', 'CAUSE', 'AFTER', 'UP TO', 'NOTICED'],
            keys.flatMap(({ key, gaps: each }) =>
              each.map(({ entries, exact, cause, after, upTo, at }) => [
                shownKey(key),
                exact ? bad(entries) : `about ${grouped(entries)}`,
                cause,
                after,
                upTo,
                fromNow(at),
              ]),
            ),
          );
          out.note(`${counted(total, 'key')} ${total === 1 ? 'has' : 'have'} gaps`);
        }
        return total === 0 ? 'ok' : 'failed';
      }),
    );
