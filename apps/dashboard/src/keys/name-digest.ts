import { createHash } from 'node:crypto';

/** Characters by which a long name is found. */
const START = 100;

/** What a long name begins with: by this the index finds it, and those few that begin alike. */
export function startOf(key: string): string {
  return key.slice(0, START).replace(/[\ud800-\udbff]$/, '');
}

export function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
