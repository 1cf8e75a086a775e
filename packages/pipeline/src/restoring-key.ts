import { randomBytes } from 'node:crypto';

const PREFIX = 'redis-to-mongo:restore:';

/** Matches the names under which `restore` writes keys before they are whole. They are never mirrored. */
export const RESTORING_KEYS = `${PREFIX}*`;

/** A new name for a key that is being restored: where that is possible, in the key's own slot of a cluster. */
export function restoringKey(key: Buffer): Buffer {
  const open = key.indexOf('{');
  const hasTag = open >= 0 && key.indexOf('}', open) > open + 1;
  const parts = hasTag || key.includes('}') ? [PREFIX, key] : [PREFIX, '{', key, '}'];
  return Buffer.concat([...parts, ':', randomBytes(4).toString('hex')].map((part) => Buffer.from(part)));
}
