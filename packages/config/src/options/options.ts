import type { Option } from '../option.js';
import { DASHBOARD_OPTIONS } from './dashboard-options.js';
import { KEY_OPTIONS } from './key-options.js';
import { MONGO_OPTIONS } from './mongo-options.js';
import { HTTP_OPTIONS, LOG_OPTIONS, TRACE_OPTIONS, WORKER_OPTIONS } from './process-options.js';
import { QUEUE_OPTIONS } from './queue-options.js';
import { RECORD_OPTIONS } from './record-options.js';
import { REDIS_OPTIONS } from './redis-options.js';
import { RULE_OPTIONS } from './rule-options.js';
import { SYNC_OPTIONS } from './sync-options.js';
import { TUNING_OPTIONS } from './tuning-options.js';
import { VALUE_OPTIONS } from './value-options.js';

/** Every option there is. To add one: an entry in its group's table, and its place in the `build/` file of that group. */
export const OPTIONS = {
  ...REDIS_OPTIONS,
  ...QUEUE_OPTIONS,
  ...MONGO_OPTIONS,
  ...KEY_OPTIONS,
  ...SYNC_OPTIONS,
  ...VALUE_OPTIONS,
  ...RULE_OPTIONS,
  ...WORKER_OPTIONS,
  ...HTTP_OPTIONS,
  ...RECORD_OPTIONS,
  ...DASHBOARD_OPTIONS,
  ...LOG_OPTIONS,
  ...TRACE_OPTIONS,
  ...TUNING_OPTIONS,
};

export type OptionName = keyof typeof OPTIONS;

/** The value of every option, by name. */
export type Values = {
  readonly [Name in OptionName]: (typeof OPTIONS)[Name] extends Option<infer Value> ? Value : never;
};

/** The names of the options whose values are a `Value`. */
export type NameOf<Value> = {
  [Name in OptionName]: Values[Name] extends Value ? Name : never;
}[OptionName];

/** Whether there is an option of this name. */
export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

/** All names, in the order of the tables. */
export function optionNames(): OptionName[] {
  return Object.keys(OPTIONS).filter(isOptionName);
}

/** What is declared about an option. */
export function optionOf(name: OptionName): Option<unknown> {
  return OPTIONS[name];
}
