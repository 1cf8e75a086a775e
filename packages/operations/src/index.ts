export type { Fleet } from './fleet.js';
export { openLine } from './open-line.js';
export { type Paused, pauseKey } from './pause-key.js';
export { type Restarted, restartKey } from './restart-key.js';
export { type Resumed, resumeKey } from './resume-key.js';
export { type Resynced, resyncKey } from './resync-key.js';
export { RETRY } from './retry.js';
export { type Synced, syncNow } from './sync-now.js';
export { wakeKeys } from './wake-keys.js';
