export {
  type AdoptedKey,
  type AdoptedMessage,
  type Adoption,
  adoptKeys,
  countThere,
  insertAdopted,
  knownKeys,
  noteAdoption,
  readAdoption,
} from './admin/adopted-documents.js';
export {
  type FoundMessage,
  messageCollections,
  messagePages,
  removeFormerMessages,
  removeFormerValue,
} from './admin/former-documents.js';
export {
  databaseBeside,
  type OldCollection,
  objectIdOf,
  oldCollections,
  oldDocuments,
} from './admin/old-engine.js';
export { type Orphan, orphans, orphansOf, type RuleCollection } from './admin/orphans.js';
export { readLastValue, refusedItems, refusedValue } from './admin/refused-values.js';
export { readStoredForm, type StoredForm } from './admin/stored-form.js';
export { strayMessages } from './admin/strays.js';
export { unknownStream, unknownStreams } from './admin/unknown-streams.js';
export { type NewDocumentSequence, readyMadeBson } from './bson/ready-made-bson.js';
export { connectMongo, type MongoAddress, type MongoHandle } from './connection/connect-mongo.js';
export {
  type IndexReport,
  inspectIndexes,
  inspectMongo,
} from './connection/inspect-mongo.js';
export { mongoSettingsProblem } from './connection/mongo-settings-problem.js';
export { pingMongo, probeWrites } from './connection/ping-mongo.js';
export { collectionOf } from './database/collection-of.js';
export { collectionsUsed } from './database/collections-used.js';
export { prepareDatabase } from './database/prepare-database.js';
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
export { refusalName } from './dead-letters/refusal-name.js';
export {
  dropDeadLetter,
  type Replay,
  replayDeadLetter,
  showDeadLetter,
} from './dead-letters/replay-dead-letters.js';
export { mongoError } from './errors/mongo-error.js';
export { changeKey, rereadKey } from './keys/change-key.js';
export { clearProblems } from './keys/clear-problems.js';
export { findKeys, type KeyQuery, keyNames, readKey, readKeys } from './keys/find-keys.js';
export { forgetGoneKeys, markGoneKeys } from './keys/forget-gone-keys.js';
export { type Forgotten, forgetKey } from './keys/forget-key.js';
export { ORDERS, QUARANTINED } from './keys/key-lists.js';
export { KeyPages } from './keys/key-pages.js';
export {
  activeAmong,
  activeKeyPages,
  activeKeys,
  countActiveKeys,
  countKeyDocuments,
  syncedIds,
} from './keys/key-registry.js';
export { type KeySummary, readKeySummaries } from './keys/key-summary.js';
export type { KeyPlace } from './keys/key-walk.js';
export { markPaused, markResumed, pausedKeys } from './keys/pause-keys.js';
export {
  countKeys,
  type KeyPage,
  type KeyPageQuery,
  type NameSearch,
  readKeyPage,
} from './keys/read-key-page.js';
export { recordError } from './keys/record-error.js';
export {
  keysInCollections,
  keysSyncedSince,
  REVISION_LEAP,
  rereadKeys,
  type SuspectKey,
} from './keys/reread-keys.js';
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
export { type MongoSinkOptions, mongoSink } from './mongo-sink.js';
export { type AuditEntry, type AuditQuery, readAudit, writeAudit } from './reports/audit.js';
export {
  type FleetSample,
  type KeySample,
  readHistory,
  readKeyHistory,
  watchKey,
  writeHistory,
} from './reports/fleet-history.js';
export {
  type MirrorFacts,
  type PausedKeys,
  type PausedStream,
  readMirrorFacts,
} from './reports/read-mirror-facts.js';
export {
  type FleetStatus,
  type KeyBacklog,
  type KeyError,
  type KeyTypeStatus,
  readStatus,
} from './reports/read-status.js';
export {
  collectionIds,
  rememberCollections,
  rememberedCollections,
} from './reports/target-collections.js';
export {
  countInTarget,
  raiseTargetCounter,
  readTargetCounter,
  targetCountedAgo,
} from './reports/target-counter.js';
export { readTargetMark, targetName, writeTargetMark } from './reports/target-mark.js';
export {
  consumedEntries,
  readForecasts,
  saveForecasts,
  type TrimForecast,
} from './reports/trim-forecasts.js';
export {
  type MirroredValue,
  mirroredValues,
  readMirroredValue,
} from './values/mirrored-values.js';
export { elementsOf, parseManifest } from './values/value-manifest.js';
