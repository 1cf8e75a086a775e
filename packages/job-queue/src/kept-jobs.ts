/** Finished jobs to keep: a count, and for failed jobs a maximum age in s. By default BullMQ keeps all. */
export const KEEP = {
  removeOnComplete: { count: 100 },
  removeOnFail: { count: 1000, age: 24 * 3600 },
} as const;
