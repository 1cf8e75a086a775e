import type { AppContext } from '../lifecycle/run-app.js';
import { startTracing } from './start-tracing.js';

/**
 * Sends spans where an endpoint is set, until the app is closed.
 * @param app its name, for the collector.
 * @returns whether anything is traced.
 */
export async function openTracing(
  { logger, closers }: Pick<AppContext, 'logger' | 'closers'>,
  app: string,
  endpoint: string | undefined,
): Promise<boolean> {
  if (!endpoint) return false;
  const onError = (error: unknown) => logger.warn('the last spans could not be sent', { error });
  closers.add('tracing', await startTracing({ app, endpoint, onError }));
  return true;
}
