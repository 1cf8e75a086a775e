import { HISTORY_RANGES, type HistoryRange, historyPoints, keyPoints } from '@redis-to-mongo/fleet-status';
import { type FleetSample, readHistory, readKey, readKeyHistory } from '@redis-to-mongo/mongo-sink';
import { canonicalKeyId, shownKey } from '@redis-to-mongo/pipeline';
import { bad, type Cell, colored } from '@redis-to-mongo/terminal';
import { unknownKey } from '../cli-error.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { bareStamp } from '../times.js';

export async function history(
  { out, clients }: Call,
  name: string | undefined,
  { range, limit }: { readonly range: HistoryRange; readonly limit: number },
): Promise<Ending> {
  const since = new Date(Date.now() - HISTORY_RANGES[range]);
  const db = await clients.db();
  if (name === undefined) {
    const points = historyPoints(await readHistory(db, since), range).slice(-limit);
    if (out.isJson) out.json({ range, samples: points });
    else if (points.length === 0)
      out.line('there is no history yet: the active scheduler takes one sample a minute');
    else
      out.table(
        [
          'AT (UTC)',
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
  if (points.length === 0 && !(await readKey(db, key))) throw unknownKey(key);
  if (out.isJson) out.json({ key, range, samples: points });
  else if (points.length === 0)
    out.line(
      `there is no history of ${shownKey(key)} in this ${range}: samples are kept of keys that are far behind, and of keys whose page was opened within the last week`,
    );
  else
    out.table(
      ['AT (UTC)', '>LAG', '>ENTRIES/S', '>GAPS', '>DEAD'],
      points.map(({ at, lag, entriesPerSec, gap, dead }) => [
        bareStamp(at),
        lag,
        entriesPerSec ?? '',
        bad(gap),
        bad(dead),
      ]),
    );
  return 'ok';
}

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
    bareStamp(at),
    mirrorCell(level),
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

/** The level in color. `behind` is shown as `incomplete`: keys wait, are paused, or had records refused. */
function mirrorCell(level: FleetSample['level']): Cell {
  if (level === 'complete') return colored(level, 'green');
  return level === 'broken'
    ? colored(level, 'red')
    : colored(level === 'behind' ? 'incomplete' : level, 'yellow');
}
