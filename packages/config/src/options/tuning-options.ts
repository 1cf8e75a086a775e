import { VALUE_DEFAULTS } from '@redis-to-mongo/key-types';
import { whole } from '../option.js';

const MIB = 1024 * 1024;

/** Sizes of reads, writes and jobs. The defaults were measured; changing them is rarely needed. */
export const TUNING_OPTIONS = {
  READ_BYTES: whole({
    doc: 'Target size of one read. If entries are large, a read takes fewer.',
    default: 8 * MIB,
    min: 1024,
    max: 512 * MIB,
    unit: 'bytes',
  }),
  READ_AHEAD_BYTES: whole({
    doc: 'Memory that all jobs of one worker together may hold between read and write. A read waits until enough is free.',
    default: 128 * MIB,
    min: 1024,
    unit: 'bytes',
  }),
  SLICE_ENTRIES: whole({
    doc: 'Entries that one job moves before other jobs run. At least one read.',
    default: 50_000,
    min: 1,
    unit: 'entries',
  }),
  SLICE_BYTES: whole({
    doc: 'Bytes that one job moves before other jobs run. At least one read.',
    default: 64 * MIB,
    min: 1024,
    unit: 'bytes',
  }),
  SLICE_MS: whole({
    doc: 'Time that one job works before other jobs run. Must be shorter than `WORKER_SHUTDOWN_TIMEOUT_MS`.',
    default: 2000,
    min: 1,
    max: 600_000,
    unit: 'ms',
  }),
  // MongoDB's own limits: 100,000 writes per batch (maxWriteBatchSize) and 48,000,000 bytes per message.
  WRITE_BATCH_ENTRIES: whole({
    doc: 'Maximum number of documents in one bulk write.',
    default: 5000,
    min: 1,
    max: 100_000,
    unit: 'entries',
  }),
  WRITE_BATCH_BYTES: whole({
    doc: 'Maximum size of one bulk write. A larger document is written alone.',
    default: 16 * MIB,
    min: 1024,
    max: 48_000_000,
    unit: 'bytes',
  }),
  VALUE_ATOMIC_MEMBERS: whole({
    doc: 'A value that changes during every read in pages is read by one command if it has at most this many members. Redis is blocked during that command.',
    default: VALUE_DEFAULTS.maxAtomicMembers,
    min: 0,
    unit: 'members',
  }),
};
