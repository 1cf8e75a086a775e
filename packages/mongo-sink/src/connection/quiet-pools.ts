import { driverModule, memberOf, replaceMethod } from './driver-parts.js';

/**
 * The driver (7.9) maintains each pool ten times a second: it opens connections up to `minPoolSize`, and
 * closes those that were idle for `maxIdleTimeMS`. No option changes the interval. If neither option is set,
 * this patch skips the maintenance, which is a quarter of an idle worker's load. An unusable connection is
 * still dropped when the next one is taken.
 * Source: `ensureMinPoolSize` and `processWaitQueue` in the driver's lib/cmap/connection_pool.js
 * @returns whether the driver is built as expected.
 */
export async function quietPools(): Promise<boolean> {
  const module = await driverModule(() => import('mongodb/lib/cmap/connection_pool.js'));
  return replaceMethod(
    module,
    'ConnectionPool',
    'ensureMinPoolSize',
    (ensureMinPoolSize) =>
      function () {
        const options = memberOf(this, 'options');
        const keepsNothing =
          memberOf(options, 'minPoolSize') === 0 && memberOf(options, 'maxIdleTimeMS') === 0;
        if (!keepsNothing) ensureMinPoolSize.call(this);
      },
  );
}
