import { access, constants, mkdir, mkdtemp, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Supervisor } from './supervisor.js';

/** The given directory, created when it is missing and kept; else one of its own, removed at the end, after the server. */
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
/** What memory must have to spare before it is used as a disk, in bytes. */
const ROOM_BYTES = 8 * 1024 ** 3;

/**
 * Where data that nobody keeps is quickest and least disturbed by others: servers that wait for the disk at each commit
 * wait for anyone who else writes to it. It outlives the process (as tests that kill servers need), not the machine.
 */
async function placeForThrowaways(): Promise<string> {
  try {
    await access(IN_MEMORY, constants.W_OK);
    const { type, bavail, bsize } = await statfs(IN_MEMORY);
    if (type === TMPFS && bavail * bsize >= ROOM_BYTES && freemem() >= ROOM_BYTES) return IN_MEMORY;
  } catch {
    // Not there, or not ours to write to.
  }
  return tmpdir();
}
