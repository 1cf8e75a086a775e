import type { Logger } from '@redis-to-mongo/app-shell';
import { HIDDEN_TYPE } from '@redis-to-mongo/redis-source';

/** Logs how many keys the user of the source may not read, once, and again if the number changes. */
export function logHiddenKeys(logger: Logger): (byType: ReadonlyMap<string, number>) => void {
  let logged = 0;
  return (byType) => {
    const keys = byType.get(HIDDEN_TYPE) ?? 0;
    if (keys > 0 && keys !== logged)
      logger.warn(
        'keys are skipped, because the Redis user may not read them: see the ACL in docs/operations.md',
        {
          keys,
        },
      );
    logged = keys;
  };
}
