import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Supervisor } from './supervisor.js';

/** The given directory, created when it is missing and kept; else one of its own, removed when the supervisor ends. */
export async function openDataDir(given: string | undefined, supervisor: Supervisor): Promise<string> {
  if (given !== undefined) {
    await mkdir(given, { recursive: true });
    return given;
  }
  const own = await mkdtemp(join(tmpdir(), 'redis-to-mongo-'));
  supervisor.removeAtEnd(own);
  return own;
}
