import { choice, decimal, flag, whole } from '../option.js';

const DAY_SEC = 86_400;
/** Timers and the queue count in ms. With a shorter interval, a fleet would do nothing but poll. */
const SHORTEST_SEC = 0.01;
/** How often, and how much at a time. */
export const SYNC_OPTIONS = {
  SYNC_INTERVAL_SEC: decimal({
    doc: 'Time between two polls of all keys, if Redis does not report changes (see `CHANGE_FEED`). It grows if polling would take more than a quarter of the time. May be a decimal: `0.25`.',
    default: 1,
    min: SHORTEST_SEC,
    max: DAY_SEC,
    unit: 's',
    oldEngine: 'same name',
  }),
  CHANGE_FEED: flag({
    doc: 'Redis reports every change (`CLIENT TRACKING` in broadcasting mode), and a key is synced as soon as it changes. If off, or if the server refuses, keys are polled every `SYNC_INTERVAL_SEC`.',
    default: true,
  }),
  TAIL_STREAMS: whole({
    doc: 'Maximum number of streams that one worker tails: it keeps reading them between their jobs while they change often, a little at a time. 0 turns tailing off. Without `CHANGE_FEED`, or on a cluster, no stream is tailed.',
    default: 500,
    min: 0,
    max: 10_000,
    unit: 'streams',
  }),
  IDLE_INTERVAL_SEC: decimal({
    doc: 'Time between two sweeps over all keys, and between two scheduled jobs of a stream or set. These find changes that the change feed missed.',
    default: DAY_SEC,
    min: SHORTEST_SEC,
    max: 7 * DAY_SEC,
    unit: 's',
  }),
  SOURCE_BYTES_PER_SEC: whole({
    doc: 'Maximum number of bytes per second that all workers together read from the source. 0: no limit.',
    default: 0,
    min: 0,
    unit: 'bytes',
  }),
  STREAM_PATH: choice(['direct', 'ordinary'], {
    doc: 'The path of entries from Redis to MongoDB. `direct`: as bytes, at a fraction of the CPU. `ordinary`: through strings and objects. Clusters, streams under a rule that changes messages, and unknown library versions always take the ordinary path. Both write the same documents, byte for byte.',
    default: 'direct',
  }),
  MESSAGES_PER_STREAM: whole({
    doc: 'Maximum number of entries that one read takes from a stream.',
    default: 5000,
    min: 1,
    max: 1_000_000,
    unit: 'entries',
    oldEngine: 'same name',
  }),
  TRIM_MODE: choice(['off', 'dry-run', 'on'], {
    doc: 'Whether to trim stream entries from Redis (`XTRIM MINID`) once they are durable in MongoDB, never beyond what every consumer group has acknowledged. `dry-run` only logs what it would trim. Needs Redis 6.2 and a user that may run scripts.',
    default: 'off',
  }),
  TRIM_KEEP_ENTRIES: whole({
    doc: 'Number of newest entries that trimming keeps in each stream.',
    default: 1000,
    min: 0,
    unit: 'entries',
  }),
  TRIM_KEEP_SEC: decimal({
    doc: 'Trimming keeps entries younger than this.',
    default: 3600,
    min: 0,
    max: 100 * 366 * DAY_SEC,
    unit: 's',
  }),
};
