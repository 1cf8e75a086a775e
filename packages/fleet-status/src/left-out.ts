import type { LeftOut } from '@redis-to-mongo/job-queue';
import { counted, grouped } from '@redis-to-mongo/terminal';

/**
 * Says how many keys can't be mirrored, and why: `3 keys can’t be mirrored: 2 name above 1 MiB, 1 bloom`;
 * `undefined` if there are none.
 */
export function leftOutText(leftOut: LeftOut): string | undefined {
  const reasons = Object.entries(leftOut).sort(([, one], [, other]) => other - one);
  if (reasons.length === 0) return undefined;
  const keys = reasons.reduce((sum, [, each]) => sum + each, 0);
  return `${counted(keys, 'key')} can’t be mirrored: ${reasons.map(([why, each]) => `${grouped(each)} ${why}`).join(', ')}`;
}
