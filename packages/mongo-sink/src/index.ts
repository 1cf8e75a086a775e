export {
  type AdoptedCounts,
  type AdoptedMessage,
  type Adoption,
  adoptKey,
  countThere,
  insertAdopted,
  knownKeys,
  readAdoption,
} from './adopted-documents.js';
export { collectionsUsed } from './collections-used.js';
export { connectMongo, type MongoAddress, type MongoHandle } from './connect-mongo.js';
export { type Refusal, readDeadLetter } from './dead-letters.js';
export {
  type FleetSample,
  type KeySample,
  readHistory,
  readKeyHistory,
  watchKey,
  writeHistory,
} from './fleet-history.js';
export { forgetGoneKeys, markGoneKeys } from './forget-gone-keys.js';
export { type Forgotten, forgetKey } from './forget-key.js';
export { ORDERS, QUARANTINED } from './key-lists.js';
export {
  type ActiveKey,
  activeKeyPages,
  activeKeys,
  countActiveKeys,
  countKeyDocuments,
  recordError,
  syncedIds,
} from './key-registry.js';
export { type KeySummary, readKeySummaries } from './key-summary.js';
export type { KeyPlace } from './key-walk.js';
export { mongoError } from './mongo-error.js';
export { mongoSettingsProblem } from './mongo-settings-problem.js';
export { type MongoSinkOptions, mongoSink } from './mongo-sink.js';
export {
  databaseBeside,
  type OldCollection,
  objectIdOf,
  oldCollections,
  oldDocuments,
} from './old-engine.js';
export { type AuditEntry, type AuditQuery, readAudit, writeAudit } from './operator-audit.js';
export { changeKey, rereadKey } from './operator-change-key.js';
export { collectionOf } from './operator-collections.js';
export {
  dropDeadLetter,
  findDeadLetters,
  type Replay,
  replayDeadLetter,
  showDeadLetter,
} from './operator-dead-letters.js';
export {
  type FoundMessage,
  messagePages,
  removeFormerMessages,
  removeFormerValue,
} from './operator-former-documents.js';
export { findKeys, type KeyQuery, keyNames, readKey } from './operator-keys.js';
export {
  allLetters,
  countLetters,
  type DeadLetter,
  type LetterFilter,
  type LetterPlace,
  letterKinds,
  readLetterPage,
} from './operator-letter-lists.js';
export {
  deadAmong,
  lastMirroredEntries,
  type MirroredEntry,
  mirroredEntries,
  putMessages,
} from './operator-messages.js';
export { type Orphan, orphans, orphansOf, type RuleCollection } from './operator-orphans.js';
export { markPaused, markResumed, pausedKeys } from './operator-pause.js';
export { refusedItems, refusedValue } from './operator-refused-values.js';
export { type IndexReport, inspectIndexes, inspectMongo, type MongoReport } from './operator-server.js';
export { readStoredForm, type StoredForm } from './operator-stored-form.js';
export { type Strays, strayMessages } from './operator-strays.js';
export { unknownStream, unknownStreams } from './operator-unknown-streams.js';
export {
  type MirroredItem,
  type MirroredValue,
  readMirroredValue,
  type ValueKeyType,
} from './operator-values.js';
export { pingMongo } from './ping-mongo.js';
export { prepareDatabase } from './prepare-database.js';
export { probeWrites } from './probe-writes.js';
export { countKeys, type KeyPage, type KeyPageQuery, type NameSearch, readKeyPage } from './read-key-page.js';
export {
  type MirrorFacts,
  type PausedKeys,
  type PausedStream,
  readMirrorFacts,
} from './read-mirror-facts.js';
export {
  type FleetStatus,
  type KeyBacklog,
  type KeyError,
  type KeyTypeStatus,
  readStatus,
} from './read-status.js';
export { type NewDocumentSequence, readyMadeBson } from './ready-made-bson.js';
export { readTargetMark, targetName, writeTargetMark } from './target-mark.js';
export { passedEntries, readForecasts, saveForecasts, type TrimForecast } from './trim-forecasts.js';
export { parseHeader, unitsOf, type ValueHeader } from './value-header.js';
export { readUnits } from './value-reader.js';
