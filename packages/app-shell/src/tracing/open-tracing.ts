import type { AppContext } from '../lifecycle/run-app.js';

/**
 * Sends spans until the app is closed, if an endpoint is set.
 * @param app the app's name for the collector.
 * @returns whether tracing is on.
 */
export async function openTracing(
  { logger, closers }: Pick<AppContext, 'logger' | 'closers'>,
  app: string,
  endpoint: string | undefined,
): Promise<boolean> {
  if (!endpoint) return false;
  const onError = (error: unknown) => logger.warn('the last spans could not be sent', { error });
  // Load the tracing packages only if needed. They are CommonJS: once bundled, only a static import has their
  // names.
  const { startTracing } = await import('./start-tracing.js');
  closers.add('tracing', startTracing({ app, endpoint, onError }));
  return true;
}
