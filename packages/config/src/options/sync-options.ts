import { choice, decimal, flag, whole } from '../option.js';

const DAY_SEC = 86_400;
/** Timers and the queue go by milliseconds; below this, a fleet would do nothing but poll. */
const SHORTEST_SEC = 0.01;
/** How often, and how much at a time. */
export const SYNC_OPTIONS = {
  SYNC_INTERVAL_SEC: decimal({
    doc: 'Where Redis does not tell of changes (see `CHANGE_FEED`), the time between two rounds of polling all keys. Longer where a round would take more than a quarter of the time. Decimals are fine: `0.25`.',
    default: 1,
    min: SHORTEST_SEC,
    max: DAY_SEC,
    unit: 's',
    oldEngine: 'same name',
  }),
  CHANGE_FEED: flag({
    doc: 'Have Redis tell of every change (`CLIENT TRACKING` in broadcasting mode), and sync a key as soon as it has changed. Without it, or where the server refuses it, keys are polled every `SYNC_INTERVAL_SEC`.',
    default: true,
  }),
  TAIL_STREAMS: whole({
    doc: 'Streams that one worker tails, at most: it goes on reading them between their jobs while they change often, a little at a time. 0 tails none, nor is any tailed without `CHANGE_FEED`, or on a cluster.',
    default: 500,
    min: 0,
    max: 10_000,
    unit: 'streams',
  }),
  IDLE_INTERVAL_SEC: decimal({
    doc: 'The time between two sweeps over all keys, and between two scheduled jobs of a stream or set: they find what the change feed may have missed.',
    default: DAY_SEC,
    min: SHORTEST_SEC,
    max: 7 * DAY_SEC,
    unit: 's',
  }),
  SOURCE_BYTES_PER_SEC: whole({
    doc: 'What all workers together read from the source in a second, at most. 0 is no bound.',
    default: 0,
    min: 0,
    unit: 'bytes',
  }),
  STREAM_PATH: choice(['direct', 'ordinary'], {
    doc: 'How entries get from Redis to MongoDB. `direct`: as bytes, at a fraction of the CPU; streams under a rule that changes messages, clusters, and library versions it does not know take the `ordinary` path, through strings and objects. Both write the same documents, byte for byte.',
    default: 'direct',
  }),
  MESSAGES_PER_STREAM: whole({
    doc: 'Entries that one read takes from a stream, at most.',
    default: 5000,
    min: 1,
    max: 1_000_000,
    unit: 'entries',
    oldEngine: 'same name',
  }),
  TRIM_MODE: choice(['off', 'dry-run', 'on'], {
    doc: 'Whether stream entries that are durably in MongoDB are trimmed from Redis (`XTRIM MINID`), never beyond what every consumer group has acknowledged. `dry-run` only says in the log what it would free. Needs Redis 6.2 and a user that may run scripts.',
    default: 'off',
  }),
  TRIM_KEEP_ENTRIES: whole({
    doc: 'The newest entries of a stream that trimming leaves.',
    default: 1000,
    min: 0,
    unit: 'entries',
  }),
  TRIM_KEEP_SEC: decimal({
    doc: 'Age below which trimming leaves an entry.',
    default: 3600,
    min: 0,
    max: 100 * 366 * DAY_SEC,
    unit: 's',
  }),
};
