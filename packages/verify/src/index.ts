export { type Difference, isEqual } from './difference.js';
export { verifyKey } from './verify-key.js';
export {
  type Finding,
  type Verification,
  type VerifyOptions,
  type VerifyProgress,
  verifyMirror,
} from './verify-mirror.js';
