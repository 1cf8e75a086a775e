export type { FleetFacts, Known, PausedUnread } from './fleet-facts.js';
export { judge } from './judge.js';
export { missingKeysOf } from './judge-mirror.js';
export { type FactSources, readFacts } from './read-facts.js';
export { REASON_CODES, type Reason, type ReasonCode, type Verdict, type VerdictLevel } from './verdict.js';
export { count, counted, time } from './words.js';
