export { connectMongo, type MongoAddress, type MongoHandle } from './connect-mongo.js';
export { type Refusal, readDeadLetter } from './dead-letters.js';
export { type ActiveKey, activeKeys, recordError } from './key-registry.js';
export { mongoError } from './mongo-error.js';
export { type MongoSinkOptions, mongoSink } from './mongo-sink.js';
export { pingMongo } from './ping-mongo.js';
export { prepareDatabase } from './prepare-database.js';
export {
  type FleetStatus,
  type KeyBacklog,
  type KeyError,
  type KeyTypeStatus,
  readStatus,
} from './read-status.js';
export { parseHeader, unitsOf, type ValueHeader } from './value-header.js';
export { readUnits } from './value-reader.js';
