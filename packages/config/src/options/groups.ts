import { DASHBOARD_OPTIONS } from './dashboard-options.js';
import { KEY_OPTIONS, RULE_OPTIONS } from './key-options.js';
import { MONGO_OPTIONS } from './mongo-options.js';
import {
  HTTP_OPTIONS,
  LOG_OPTIONS,
  RECORD_OPTIONS,
  TRACE_OPTIONS,
  WORKER_OPTIONS,
} from './process-options.js';
import { QUEUE_OPTIONS } from './queue-options.js';
import { REDIS_OPTIONS } from './redis-options.js';
import { SYNC_OPTIONS } from './sync-options.js';
import { TUNING_OPTIONS } from './tuning-options.js';
import { VALUE_OPTIONS } from './value-options.js';

/** The groups of options, by their headings on the reference page, in its order. */
export const GROUPS = [
  { title: 'Redis, the source', options: REDIS_OPTIONS },
  { title: 'The queue', options: QUEUE_OPTIONS },
  { title: 'MongoDB', options: MONGO_OPTIONS },
  { title: 'Keys', options: KEY_OPTIONS },
  { title: 'Synchronization', options: SYNC_OPTIONS },
  { title: 'Values', options: VALUE_OPTIONS },
  { title: 'Rules', options: RULE_OPTIONS },
  { title: 'Workers', options: WORKER_OPTIONS },
  { title: 'Health and metrics', options: HTTP_OPTIONS },
  { title: 'Records', options: RECORD_OPTIONS },
  { title: 'Dashboard', options: DASHBOARD_OPTIONS },
  { title: 'Logging', options: LOG_OPTIONS },
  { title: 'Traces', options: TRACE_OPTIONS },
  { title: 'Tuning', options: TUNING_OPTIONS },
] as const;
