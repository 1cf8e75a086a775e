import { randomBytes } from 'node:crypto';

const PREFIX = 'redis-to-mongo:restore:';

/** Matches the temporary names of keys that `restore` has not written completely. They are never mirrored. */
export const RESTORING_KEYS = `${PREFIX}*`;

/** A new temporary name for a key that is being restored; on a cluster in the key's own slot, if possible. */
export function restoringKey(key: Buffer): Buffer {
  const open = key.indexOf('{');
  const hasTag = open >= 0 && key.indexOf('}', open) > open + 1;
  const parts = hasTag || key.includes('}') ? [PREFIX, key] : [PREFIX, '{', key, '}'];
  return Buffer.concat([...parts, ':', randomBytes(4).toString('hex')].map((part) => Buffer.from(part)));
}
