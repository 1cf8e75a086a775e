import type { Telemetry } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';

/**
 * Spans for what the queue does: a job's trace begins where it was added, and continues in the worker that runs it. They go to
 * whatever tracer the process has registered. Source: https://docs.bullmq.io/guide/telemetry
 */
export function bullmqTelemetry(): Telemetry {
  const { tracer, contextManager } = new BullMQOtel({ tracerName: 'redis-to-mongo' });
  // BullMQ names a span by queue and job, and a job is named by its key: a collector would keep an operation for each.
  const startSpan: typeof tracer.startSpan = (name, options, context) =>
    tracer.startSpan(name.replace(/\..*/s, ''), options, context);
  return { tracer: { startSpan }, contextManager };
}
