import type { Telemetry } from 'bullmq';

/**
 * Spans for what the queue does: a job's trace begins where it was added, and goes on in the worker that runs it. They go to
 * whatever tracer the process has registered. Source: https://docs.bullmq.io/guide/telemetry
 */
export async function queueTelemetry(): Promise<Telemetry> {
  const { BullMQOtel } = await import('bullmq-otel');
  return new BullMQOtel({ tracerName: 'redis-to-mongo' });
}
