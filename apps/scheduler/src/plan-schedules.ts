import { schedulerId } from '@redis-to-mongo/job-queue';

/** What must change so that each key has its job scheduler, and no other scheduler is left. */
export interface ScheduleDifference {
  /** Keys that have no scheduler yet. */
  readonly add: readonly string[];
  /** Ids of schedulers that belong to no key. */
  readonly remove: readonly string[];
}

/**
 * Compares the keys that should have a job scheduler with the schedulers that are there. Only differences are
 * ever applied: several processes that set all schedulers again and again can stop them (bullmq#3063).
 */
export function planSchedules(keys: Iterable<string>, schedulerIds: ReadonlySet<string>): ScheduleDifference {
  const wanted = new Set<string>();
  const add: string[] = [];
  for (const key of keys) {
    const id = schedulerId(key);
    wanted.add(id);
    if (!schedulerIds.has(id)) add.push(key);
  }
  return { add, remove: [...schedulerIds].filter((id) => !wanted.has(id)) };
}
