import type { AppContext } from '../lifecycle/run-app.js';

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
  // The packages for tracing are loaded where it is wanted. They are CommonJS: once bundled, only a static import has their names.
  const { startTracing } = await import('./start-tracing.js');
  closers.add('tracing', startTracing({ app, endpoint, onError }));
  return true;
}
