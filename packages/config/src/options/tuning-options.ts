import { whole } from '../option.js';

const MIB = 1024 * 1024;

/** Sizes of reads, writes and jobs. The defaults were measured; nobody has to set these. */
export const TUNING_OPTIONS = {
  READ_BYTES: whole({
    doc: 'Size that one read aims for: where entries are large, fewer are taken.',
    default: 8 * MIB,
    min: 1024,
    max: 512 * MIB,
    unit: 'bytes',
  }),
  READ_AHEAD_BYTES: whole({
    doc: 'What all jobs of one worker together hold in memory between reading and writing. A read waits while it is used up.',
    default: 128 * MIB,
    min: 1024,
    unit: 'bytes',
  }),
  SLICE_ENTRIES: whole({
    doc: 'Entries that one job moves before it hands on. Never less than one read.',
    default: 50_000,
    min: 1,
    unit: 'entries',
  }),
  SLICE_BYTES: whole({
    doc: 'Bytes that one job moves before it hands on. Never less than one read.',
    default: 64 * MIB,
    min: 1024,
    unit: 'bytes',
  }),
  SLICE_MS: whole({
    doc: 'Time that one job works before it hands on. Shorter than `WORKER_SHUTDOWN_TIMEOUT_MS`.',
    default: 2000,
    min: 1,
    max: 600_000,
    unit: 'ms',
  }),
  // MongoDB's own bounds: 100,000 writes a batch (maxWriteBatchSize) and 48,000,000 bytes a message.
  WRITE_BATCH_ENTRIES: whole({
    doc: 'Documents in one bulk write, at most.',
    default: 5000,
    min: 1,
    max: 100_000,
    unit: 'entries',
  }),
  WRITE_BATCH_BYTES: whole({
    doc: 'Size of one bulk write, at most. One larger document goes alone.',
    default: 16 * MIB,
    min: 1024,
    max: 48_000_000,
    unit: 'bytes',
  }),
  VALUE_ATOMIC_MEMBERS: whole({
    doc: 'A value that changes whenever it is read in pages is read at once if it has no more members than this; Redis serves nobody else meanwhile.',
    default: 200_000,
    min: 0,
    unit: 'members',
  }),
};
