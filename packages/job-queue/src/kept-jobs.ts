/** Finished jobs that stay to be looked at; BullMQ would keep all of them for ever. */
export const KEEP = {
  removeOnComplete: { count: 100 },
  removeOnFail: { count: 1000, age: 24 * 3600 },
} as const;
