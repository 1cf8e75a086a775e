import { Option } from '@commander-js/extra-typings';
import { HISTORY_RANGES, historyPoints, keyPoints } from '@redis-to-mongo/fleet-status';
import { type FleetSample, readHistory, readKeyHistory } from '@redis-to-mongo/mongo-sink';
import { canonicalKeyId } from '@redis-to-mongo/pipeline';
import { bad, type Cell, colored } from '@redis-to-mongo/terminal';
import type { Declare } from '../command.js';
import { examples } from '../examples.js';
import { stamp } from '../times.js';
import { wholeNumber } from '../whole-number.js';

const RANGES = ['hour', 'day', 'week'] as const;

export const history: Declare = (command, { out, clients, ends }) =>
  command
    .description(
      'Shows how the fleet was: a sample a minute, kept for HISTORY_KEEP_DAYS, the newest last. Of several that share a line the ' +
        'worst is shown. With KEY, how that key was: keys that are far behind are sampled, and those whose page was looked ' +
        'at within a week.',
    )
    .argument('[KEY]')
    .addOption(new Option('--range <R>', 'how far back').choices(RANGES).default('hour' as const))
    .option('--limit <N>', 'at most so many lines, the newest', wholeNumber(1, 1_000_000), 60)
    .addHelpText(
      'after',
      examples(
        ['history', 'the last hour'],
        ['history --range week --json', 'the last week, for machines'],
        ['history orders --range day', 'a key over the last day'],
      ),
    )
    .action(
      ends(async (name, { range, limit }) => {
        const since = new Date(Date.now() - HISTORY_RANGES[range]);
        const db = await clients.db();
        if (name === undefined) {
          const points = historyPoints(await readHistory(db, since), range).slice(-limit);
          if (out.isJson) out.json({ range, samples: points });
          else if (points.length === 0)
            out.line('nothing is kept: the scheduler in charge takes a sample a minute');
          else
            out.table(
              [
                'AT',
                'MIRROR',
                '>BEHIND',
                '>LAG',
                '>ENTRIES/S',
                '>KEYS/S',
                '>DUE',
                '>WORKERS',
                '>LOST',
                '>DEAD',
              ],
              points.map(fleetRow),
            );
          return 'ok';
        }
        const key = canonicalKeyId(name);
        const points = keyPoints(await readKeyHistory(db, key, since), range).slice(-limit);
        if (out.isJson) out.json({ key, range, samples: points });
        else if (points.length === 0) out.line('nothing is kept of this key');
        else
          out.table(
            ['AT', '>LAG', '>ENTRIES/S', '>GAPS', '>DEAD'],
            points.map(({ at, lag, entriesPerSec, gap, dead }) => [
              stamp(at),
              lag,
              entriesPerSec ?? '',
              bad(gap),
              bad(dead),
            ]),
          );
        return 'ok';
      }),
    );

function fleetRow({
  at,
  level,
  behindMs,
  lag,
  entriesPerSec,
  keysPerSec,
  due,
  workers,
  lost,
  dead,
}: FleetSample) {
  const number = (value: number | null): Cell => value ?? '';
  return [
    stamp(at),
    level === 'complete' ? colored(level, 'green') : colored(level, level === 'broken' ? 'red' : 'yellow'),
    behindMs === null ? '' : `${(behindMs / 1000).toFixed(1)} s`,
    number(lag),
    number(entriesPerSec),
    number(keysPerSec),
    number(due),
    workers === 0 ? bad(0) : number(workers),
    lost === null ? '' : bad(lost),
    number(dead),
  ];
}
