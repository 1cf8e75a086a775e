export * from './admin/adopted-documents.js';
export {
  type FoundMessage,
  messageCollections,
  messagePages,
  removeFormerMessages,
  removeFormerValue,
} from './admin/former-documents.js';
export * from './admin/old-engine.js';
export * from './admin/orphans.js';
export * from './admin/refused-values.js';
export * from './admin/stored-form.js';
export { strayMessages } from './admin/strays.js';
export * from './admin/unknown-streams.js';
export { type NewDocumentSequence, readyMadeBson } from './bson/ready-made-bson.js';
export { connectMongo, type MongoAddress, type MongoHandle } from './connection/connect-mongo.js';
export {
  type IndexReport,
  inspectIndexes,
  inspectMongo,
} from './connection/inspect-mongo.js';
export { mongoSettingsProblem } from './connection/mongo-settings-problem.js';
export * from './connection/ping-mongo.js';
export { collectionOf } from './database/collection-of.js';
export * from './database/collections-used.js';
export * from './database/prepare-database.js';
export { STREAMS_VIEW } from './database/streams-view.js';
export { COLLECTION_UNUSABLE } from './database/unusable-collections.js';
export { readDeadLetter } from './dead-letters/dead-letters.js';
export { settleKeyLetters } from './dead-letters/key-letters.js';
export {
  allLetters,
  countLetters,
  type DeadLetter,
  findDeadLetters,
  type LetterFilter,
  type LetterPlace,
  letterKinds,
  readLetterPage,
} from './dead-letters/letter-lists.js';
export * from './dead-letters/refusal-name.js';
export * from './dead-letters/replay-dead-letters.js';
export { mongoError } from './errors/mongo-error.js';
export * from './keys/change-key.js';
export * from './keys/clear-problems.js';
export * from './keys/find-keys.js';
export * from './keys/forget-gone-keys.js';
export { type Forgotten, forgetKey } from './keys/forget-key.js';
export { ORDERS, QUARANTINED } from './keys/key-lists.js';
export * from './keys/key-pages.js';
export * from './keys/key-registry.js';
export { type KeySummary, readKeySummaries } from './keys/key-summary.js';
export type { KeyPlace } from './keys/key-walk.js';
export * from './keys/pause-keys.js';
export * from './keys/read-key-page.js';
export * from './keys/record-error.js';
export * from './keys/reread-keys.js';
export {
  deadAmong,
  lastMirroredEntries,
  type MirroredEntry,
  messagesOfStreams,
  mirroredEntries,
  putMessages,
  type StreamMessage,
  streamsWithLetters,
} from './messages/mirrored-messages.js';
export * from './mongo-sink.js';
export { type AuditEntry, type AuditQuery, readAudit, writeAudit } from './reports/audit.js';
export {
  type FleetSample,
  type KeySample,
  readHistory,
  readKeyHistory,
  watchKey,
  writeHistory,
} from './reports/fleet-history.js';
export * from './reports/read-mirror-facts.js';
export * from './reports/read-status.js';
export * from './reports/target-collections.js';
export * from './reports/target-counter.js';
export * from './reports/target-mark.js';
export * from './reports/trim-forecasts.js';
export {
  type MirroredValue,
  mirroredValues,
  readMirroredValue,
} from './values/mirrored-values.js';
export { elementsOf, parseManifest } from './values/value-manifest.js';
