export type { AdoptOptions } from './adopt/adopt-old-engine.js';
export { adoptOldEngine } from './adopt/adopt-old-engine.js';
export { type AdoptReport, emptyReport } from './adopt/adopt-report.js';
export { AuditBook, type AuditedAction } from './audit-book.js';
export { isOfOneKey } from './contended.js';
export { type Choice, chosenKeys, explainChoice } from './explain/explain-choice.js';
export { explainRule, type RuleExplanation } from './explain/explain-rule.js';
export { explainSample } from './explain/explain-sample.js';
export { type SampleDocument, sampleDocument } from './explain/sample-document.js';
export { type ChosenKeys, keysInMongo, keysInRedis, namesInRedis } from './find-keys-now.js';
export type { Fleet } from './key-actions.js';
export {
  pauseKeys,
  resumeKeys,
  resyncKey,
  syncNow,
} from './key-actions.js';
export { sinkOptions, sliceOptions, sourceOptions } from './line-options.js';
export { type MigratedKey, migrateKey } from './migrate-key.js';
export { type Clients, openClients } from './open-clients.js';
export { openLine } from './open-line.js';
export { openRequests, requestKeys } from './request-keys.js';
export { restartKey } from './restart-key.js';
export { REREAD, RETRY } from './retry.js';
export { sharedOptions } from './shared-options.js';
export { type KeyOutcome, syncAllToEnd, syncToEnd } from './sync-to-end.js';
