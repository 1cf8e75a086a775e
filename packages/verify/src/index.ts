export { type Difference, isEqual } from './difference.js';
export {
  type Excerpt,
  type ExcerptRow,
  type ExcerptSide,
  type ExcerptVerdict,
  isDifferent,
} from './excerpt/excerpt.js';
export { readExcerpt } from './excerpt/read-excerpt.js';
export { verifyKey } from './verify-key.js';
export {
  type Finding,
  type Verification,
  type VerifyOptions,
  verifyMirror,
} from './verify-mirror.js';
