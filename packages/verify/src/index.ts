export { type Difference, isEqual } from './difference.js';
export { repairKey } from './repair-key.js';
export type { Sides } from './sides.js';
export { verifyKey } from './verify-key.js';
export {
  type Finding,
  type Verification,
  type VerifyOptions,
  type VerifyProgress,
  verifyMirror,
} from './verify-mirror.js';
