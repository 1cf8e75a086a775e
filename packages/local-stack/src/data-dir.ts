import { access, constants, mkdir, mkdtemp, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Supervisor } from './supervisor.js';

/**
 * Opens the given directory: created if missing, and kept. Without one, creates a temporary directory that is
 * removed at the end, after the server.
 */
export async function openDataDir(given: string | undefined, supervisor: Supervisor): Promise<string> {
  if (given !== undefined) {
    await mkdir(given, { recursive: true });
    return given;
  }
  const own = await mkdtemp(join(await placeForThrowaways(), 'redis-to-mongo-'));
  supervisor.removeAtEnd(own);
  return own;
}

/** Linux's file system in memory. */
const IN_MEMORY = '/dev/shm';
/** Type of a tmpfs. Source: statfs(2). */
const TMPFS = 0x01021994;
/** Free memory that is required to use it as a disk, in bytes. */
const ROOM_BYTES = 8 * 1024 ** 3;

/**
 * The fastest place for temporary data. On a disk, a server that waits for each commit would also wait for
 * other programs' writes. Data here survives the process, as tests that kill servers need, but not a reboot.
 */
async function placeForThrowaways(): Promise<string> {
  try {
    await access(IN_MEMORY, constants.W_OK);
    const { type, bavail, bsize } = await statfs(IN_MEMORY);
    if (type === TMPFS && bavail * bsize >= ROOM_BYTES && freemem() >= ROOM_BYTES) return IN_MEMORY;
  } catch {
    // Missing, or not writable.
  }
  return tmpdir();
}
