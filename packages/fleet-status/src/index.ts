export type { FleetFacts, Reading } from './fleet-facts.js';
export { fleetSample } from './fleet-sample.js';
export {
  HISTORY_RANGES,
  type HistoryRange,
  historyPoints,
  keyPoints,
  worstSample,
} from './history-points.js';
export { confirmNoQueue } from './identity/confirm-no-queue.js';
export { confirmTarget } from './identity/confirm-target.js';
export { FleetIdentity, KEEP_EVERY_MS } from './identity/fleet-identity.js';
export { isFleetMismatch, targetIsShared } from './identity/fleet-mismatch.js';
export { judge } from './judge.js';
export { missingKeysOf, surplusSchedulersOf } from './judge-mirror.js';
export { TARGET_SET_BACK } from './judge-queue.js';
export { leftOutText } from './left-out.js';
export { processState, sortedProcesses } from './process-state.js';
export { readFacts } from './read-facts.js';
export { REASON_CODES, type Reason, type ReasonCode, type Verdict, type VerdictLevel } from './verdict.js';
