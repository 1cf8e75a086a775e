import type { Telemetry } from 'bullmq';

/**
 * Loads bullmq-telemetry.ts, and so its package, only if spans are wanted. That module needs a static import:
 * the package is CommonJS, and once bundled, its names are only there for a static import.
 */
export async function queueTelemetry(): Promise<Telemetry> {
  const { bullmqTelemetry } = await import('./bullmq-telemetry.js');
  return bullmqTelemetry();
}
