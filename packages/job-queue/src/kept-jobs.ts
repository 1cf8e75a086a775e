/** The number of finished jobs that are kept; BullMQ would keep all of them. */
export const KEEP = {
  removeOnComplete: { count: 100 },
  removeOnFail: { count: 1000, age: 24 * 3600 },
} as const;
