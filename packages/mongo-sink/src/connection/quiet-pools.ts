import { driverModule, memberOf, replaceMethod } from './driver-parts.js';

/**
 * The driver (7.9) looks after each pool ten times a second: it opens connections up to `minPoolSize` and closes those that were idle for
 * `maxIdleTimeMS`. No option changes the pace. Where neither is asked for, there is nothing to do, and a quarter of what an idle
 * worker costs goes with it. A connection that has become unusable is dropped when the next one is taken, as ever.
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
