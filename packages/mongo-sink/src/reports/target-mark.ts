import type { Db, Document } from 'mongodb';
import { readFact, writeFact } from '../database/stored.js';

const ID = 'identity';

/** Reads the target's mark of its fleet. @throws SyncError as mongoError. */
export async function readTargetMark(db: Db): Promise<Document | undefined> {
  const found = await readFact(db, ID);
  if (!found) return undefined;
  const { _id, ...mark } = found;
  return mark;
}

/**
 * Writes the mark of a fleet into the target.
 * @param isNew keeps a mark that exists.
 * @throws SyncError as mongoError.
 */
export async function writeTargetMark(db: Db, mark: Document, isNew = false): Promise<void> {
  await writeFact(db, ID, isNew ? { $setOnInsert: mark } : { $set: mark });
}

/** The target's name: the database, and the configured hosts. Contains no secrets. */
export function targetName(db: Db): { readonly db: string; readonly hosts: readonly string[] } {
  const { hosts, srvHost } = db.client.options;
  return {
    db: db.databaseName,
    hosts: srvHost ? [srvHost.toLowerCase()] : hosts.map((host) => host.toString().toLowerCase()).sort(),
  };
}
