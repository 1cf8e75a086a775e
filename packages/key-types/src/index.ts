export type { About, Words } from './contract/about.js';
export type { KeyTypeEntry } from './contract/key-type-entry.js';
export * from './contract/value-defaults.js';
export * from './contract/value-type.js';
export { jsonWeight } from './documents/json-value.js';
export * from './lookup/find-key-type.js';
export * from './lookup/rule-book.js';
export * from './reading/page-size.js';
export * from './registry.js';
