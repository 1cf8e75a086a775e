import type { FleetSample } from '@redis-to-mongo/mongo-sink';
import type { Command } from '../command.js';
import { bad, type Cell, colored } from '../table.js';
import { stamp } from '../times.js';

const RANGES = ['hour', 'day', 'week'] as const;

export const history: Command = {
  name: 'history',
  forms: ['[KEY] [--range R] [--limit N]'],
  about:
    'Shows how the fleet was: a sample a minute, kept for HISTORY_KEEP_DAYS, the newest last. Of several that share a line the\n' +
    'worst is shown. With KEY, how that key was: keys that are far behind are sampled, and those whose page was looked\n' +
    'at within a week.',
  args: { min: 0, max: 1 },
  options: {
    range: { value: 'R', choices: RANGES, doc: 'how far back; default hour' },
    limit: { value: 'N', doc: 'at most so many lines, the newest; default 60' },
  },
  examples: [
    ['history', 'the last hour'],
    ['history --range week --json', 'the last week, for machines'],
    ['history orders --range day', 'a key over the last day'],
  ],
  async run({ args: [name], options, out, servers }) {
    const { HISTORY_RANGES, historyPoints, keyPoints } = await import('@redis-to-mongo/fleet-status');
    const { readHistory, readKeyHistory } = await import('@redis-to-mongo/mongo-sink');
    const { canonicalKeyId } = await import('@redis-to-mongo/pipeline');
    const range = options.choice('range', RANGES) ?? 'hour';
    const limit = options.whole('limit', 60, { min: 1, max: 1_000_000 });
    const since = new Date(Date.now() - HISTORY_RANGES[range]);
    const db = await servers.db();
    if (name === undefined) {
      const points = historyPoints(await readHistory(db, since), range).slice(-limit);
      if (out.isJson) out.json({ range, samples: points });
      else if (points.length === 0)
        out.line('nothing is kept: the scheduler in charge takes a sample a minute');
      else
        out.table(
          ['AT', 'MIRROR', '>BEHIND', '>LAG', '>ENTRIES/S', '>KEYS/S', '>DUE', '>WORKERS', '>LOST', '>DEAD'],
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
  },
};

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
