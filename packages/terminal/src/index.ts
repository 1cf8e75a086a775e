export { bad, type Cell, type Column, colored } from './cells.js';
export { counted, grouped } from './counts.js';
export { duration, largestUnit, TIME_UNITS, time } from './durations.js';
export { maskCredentials } from './mask-credentials.js';
export { printable, printableJson } from './printable.js';
export { createProgress, type Progress, type ProgressState } from './progress.js';
export { version } from './version.js';
