export * from './difference.js';
export * from './excerpt/excerpt.js';
export * from './excerpt/read-excerpt.js';
export * from './verify-key.js';
export * from './verify-mirror.js';
