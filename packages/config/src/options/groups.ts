import { DASHBOARD_OPTIONS } from './dashboard-options.js';
import { KEY_OPTIONS } from './key-options.js';
import { MONGO_OPTIONS } from './mongo-options.js';
import { HTTP_OPTIONS, LOG_OPTIONS, TRACE_OPTIONS, WORKER_OPTIONS } from './process-options.js';
import { QUEUE_OPTIONS } from './queue-options.js';
import { RECORD_OPTIONS } from './record-options.js';
import { REDIS_OPTIONS } from './redis-options.js';
import { RULE_OPTIONS, RULES_INTRO } from './rule-options.js';
import { SYNC_OPTIONS } from './sync-options.js';
import { TUNING_OPTIONS } from './tuning-options.js';
import { VALUE_OPTIONS } from './value-options.js';

/** The groups of options, in the order of the reference page. */
export const GROUPS = [
  {
    title: 'Redis, the source',
    intro:
      'TLS files are PEM files that the process can read. Relative paths start at the working directory.',
    options: REDIS_OPTIONS,
  },
  {
    title: 'The queue',
    intro:
      'The queue is in the source’s Redis, unless `QUEUE_REDIS_URL`, `QUEUE_REDIS_HOST`, `QUEUE_REDIS_CLUSTER_NODES` or `QUEUE_REDIS_SENTINELS` names another server. In that case, no option is taken from the source. Otherwise, each option that is not set has the source’s value.',
    options: QUEUE_OPTIONS,
  },
  { title: 'MongoDB', intro: '', options: MONGO_OPTIONS },
  { title: 'Keys', intro: '', options: KEY_OPTIONS },
  { title: 'Synchronization', intro: '', options: SYNC_OPTIONS },
  { title: 'Values', intro: 'All key types except streams.', options: VALUE_OPTIONS },
  { title: 'Rules', intro: RULES_INTRO, options: RULE_OPTIONS },
  { title: 'Workers', intro: '', options: WORKER_OPTIONS },
  { title: 'Health and metrics', intro: '', options: HTTP_OPTIONS },
  {
    title: 'Records',
    intro: 'What the fleet records about itself in MongoDB, beside the mirror.',
    options: RECORD_OPTIONS,
  },
  { title: 'Dashboard', intro: '', options: DASHBOARD_OPTIONS },
  { title: 'Logging', intro: '', options: LOG_OPTIONS },
  { title: 'Traces', intro: '', options: TRACE_OPTIONS },
  {
    title: 'Tuning',
    intro:
      'Sizes of reads, writes and jobs. The defaults were measured with small and large keys. Change these options only if your own measurements show a benefit.',
    options: TUNING_OPTIONS,
  },
] as const;
