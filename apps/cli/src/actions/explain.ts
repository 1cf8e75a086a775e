import { hasScheduler, isKeyType } from '@redis-to-mongo/key-types';
import { readForecasts, readKey } from '@redis-to-mongo/mongo-sink';
import { explainChoice, explainRule, explainSample } from '@redis-to-mongo/operations';
import { canonicalKeyId, type KeyState, type Position, placeOf, shownKey } from '@redis-to-mongo/pipeline';
import { throwRedisError } from '@redis-to-mongo/redis-connection';
import { typesOf } from '@redis-to-mongo/redis-source';
import { bad, type Cell, colored, grouped, largestUnit } from '@redis-to-mongo/terminal';
import type { Clients } from '../clients.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import type { Output } from '../output.js';
import { fromNow, stamp } from '../times.js';

/** Everything that is known about one key. */
type Explanation = Awaited<ReturnType<typeof explainKey>>;

export async function explain(call: Call, name: string): Promise<Ending> {
  const explanation = await explainKey(call, name);
  const { state, inRedis } = explanation;
  if (call.out.isJson) call.out.json(explanation);
  else print(call.out, explanation);
  return state === null && inRedis === 'none' ? 'failed' : 'ok';
}

async function explainKey({ clients }: Call, name: string) {
  const key = canonicalKeyId(name);
  const config = await clients.config();
  const db = await clients.db();
  const redis = await clients.redis();
  const [state, forecasts, [found], schedule] = await Promise.all([
    readKey(db, key),
    readForecasts(db),
    typesOf(redis, [key]),
    scheduleOf(clients, key),
  ]);
  const inRedis = found === undefined ? 'none' : typeof found === 'string' ? found : found.unknown;
  const keyType = isKeyType(inRedis) ? inRedis : state?.keyType;
  const settings = keyType ? explainRule(config, key, keyType, state) : null;
  return {
    key,
    choice: explainChoice(config, key, keyType),
    /** The type in Redis; `none` if Redis does not have the key. */
    inRedis,
    ...placeOf(key, config.keys.separator),
    /** Its rule; null if its type cannot be mirrored. */
    settings,
    collection: settings?.collection ?? null,
    schedule,
    /** The time at which trimming will reach unread entries, if it will; in the past if it already has. */
    trimmedUnreadAt: forecasts.find((forecast) => forecast.key === key)?.at ?? null,
    state: state ?? null,
    /** The document as its rule would write it; null if there is nothing to write. */
    sample: await explainSample(config, redis, key, inRedis, state),
  };
}

async function scheduleOf(clients: Clients, key: string) {
  const { schedulers } = await clients.queue();
  const [found] = await schedulers.of([key]).catch(throwRedisError('queue'));
  return found ? { everyMs: found.everyMs ?? null, next: new Date(found.next) } : null;
}

function print(out: Output, explanation: Explanation): void {
  const {
    key,
    choice,
    inRedis,
    stream,
    type,
    settings,
    collection,
    schedule,
    trimmedUnreadAt,
    state,
    sample,
  } = explanation;
  out.facts([
    ['key', shownKey(key)],
    ['chosen', choice.isChosen ? choice.why : colored(choice.why, 'yellow')],
    ['rule', settings?.says ?? ''],
    ['', settings?.does.join('; ')],
    ['in Redis', inRedis === 'none' ? colored('not there', 'yellow') : inRedis],
    [
      'belongs to',
      type === 'main'
        ? `stream ${shownKey(stream)}, as its main key`
        : `stream ${shownKey(stream)}, as ${shownKey(type)}`,
    ],
    ['goes to', collection ?? ''],
    ['schedule', state?.pausedAt ? 'none while it is paused' : scheduleText(schedule, inRedis)],
  ]);
  if (trimmedUnreadAt) {
    const what = 'trimming will soon reach unread entries';
    out.facts([['forecast', colored(`${what}: ${fromNow(trimmedUnreadAt)}`, 'red')]]);
  }
  if (state) printState(out, state);
  else out.line('\nMongoDB does not have it.');
  if (!sample) return;
  out.heading(`The document as its rule would write it, to ${sample.collection}`);
  out.json(sample.document);
}

function printState(out: Output, state: KeyState): void {
  const { counts, lastError } = state;
  out.heading('In MongoDB');
  out.facts([
    [
      'paused',
      state.pausedAt
        ? colored(
            `since ${stamp(state.pausedAt)} (${fromNow(state.pausedAt)}): run resume to continue`,
            'yellow',
          )
        : 'no',
    ],
    ['status', `${state.status}, incarnation ${state.incarnation}, revision ${state.revision}`],
    ['lag', `${state.lag === 0 ? 'none' : grouped(state.lag)}${state.pausedAt ? ' when it was paused' : ''}`],
    ['seen', counts.seen],
    ['written', counts.written],
    ['already there', counts.alreadyThere],
    ['dead letters', bad(counts.dead)],
    ['gaps', bad(counts.gap)],
    ['last sync', `${stamp(state.lastSyncedAt)} (${fromNow(state.lastSyncedAt)})`],
    [
      'last change',
      state.lastChangedAt ? `${stamp(state.lastChangedAt)} (${fromNow(state.lastChangedAt)})` : '',
    ],
    ['expires', stamp(state.expiresAt)],
    [
      'before its first read',
      state.position?.before ? `Redis had dropped ${state.position.before} of its entries` : '',
    ],
    ['position', state.position === null ? 'from the start' : JSON.stringify(shownPosition(state.position))],
    ['last error', lastError ? colored(`${lastError.code}: ${lastError.message}`, 'red') : 'none'],
  ]);
  out.heading('Incarnations');
  out.table(
    ['>INCARNATION', 'FROM', 'TO', 'END'],
    state.activity.map(({ incarnation, from, to, end }) => [incarnation, stamp(from), stamp(to), end ?? '']),
  );
}

/** Without the fingerprints, which mean nothing to a reader. */
function shownPosition({ marks: _, ...position }: Position): Position {
  return position;
}

function scheduleText(schedule: Explanation['schedule'], type: string): Cell {
  if (schedule) return describe(schedule);
  return isKeyType(type) && !hasScheduler(type)
    ? 'by changes and sweeps: keys of this type have no job scheduler'
    : colored('none: it has no job scheduler', 'yellow');
}

function describe({ everyMs, next }: NonNullable<Explanation['schedule']>): string {
  const every = everyMs === null ? '' : `every ${everyMs < 1000 ? `${everyMs} ms` : largestUnit(everyMs)}`;
  return next ? `${every}, next ${stamp(next)} (${fromNow(next)})` : every;
}
