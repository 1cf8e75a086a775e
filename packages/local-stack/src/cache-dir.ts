import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The user's cache directory for this project (XDG_CACHE_HOME or ~/.cache). Created if missing. */
export async function cacheDir(...below: string[]): Promise<string> {
  const root = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const path = join(root, 'redis-to-mongo', ...below);
  await mkdir(path, { recursive: true });
  return path;
}
