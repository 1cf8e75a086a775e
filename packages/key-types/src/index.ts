export type { About, Words } from './contract/about.js';
export type { KeyTypeEntry } from './contract/key-type-entry.js';
export { VALUE_DEFAULTS } from './contract/value-defaults.js';
export type {
  Ask,
  Item,
  ItemDetail,
  ItemSource,
  SizeSource,
  ValueShape,
  ValueType,
} from './contract/value-type.js';
export { jsonWeight } from './documents/json-value.js';
export {
  hasScheduler,
  isKeyType,
  isValueType,
  keyTypeEntry,
  keyTypeOf,
  valueType,
} from './lookup/find-key-type.js';
export { ruleBook } from './lookup/rule-book.js';
export { PageSize } from './reading/page-size.js';
export { KEY_TYPE_ENTRIES, KEY_TYPES, METADATA_TYPE, VALUE_TYPES } from './registry.js';
