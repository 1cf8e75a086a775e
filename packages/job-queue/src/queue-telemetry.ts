import type { Telemetry } from 'bullmq';

/**
 * Spans for what the queue does, see bullmq-telemetry.ts. Its package is loaded where it is wanted. It is CommonJS: once bundled, only
 * a static import has its names.
 */
export async function queueTelemetry(): Promise<Telemetry> {
  const { bullmqTelemetry } = await import('./bullmq-telemetry.js');
  return bullmqTelemetry();
}
