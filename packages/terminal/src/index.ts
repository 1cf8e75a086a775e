export { counted, grouped } from './counts.js';
export { duration, time } from './durations.js';
export { largestUnit, TIME_UNITS } from './largest-unit.js';
export { maskCredentials } from './mask-credentials.js';
export { printable } from './printable.js';
export { createProgress, type Progress, type ProgressState, type ProgressStream } from './progress.js';
export { bad, type Cell, type Column, colored, type TableOptions, tableLines } from './table.js';
