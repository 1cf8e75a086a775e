import type { Telemetry } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';

/**
 * Creates spans for the queue's work. A job's trace begins where the job was added, and continues in the
 * worker that runs it. The spans go to the tracer that the process has registered. Source:
 * https://docs.bullmq.io/guide/telemetry
 */
export function bullmqTelemetry(): Telemetry {
  const { tracer, contextManager } = new BullMQOtel({ tracerName: 'redis-to-mongo' });
  // BullMQ puts the job's name into the span's name, and a job is named after its key. A collector would keep
  // one operation per key.
  const startSpan: typeof tracer.startSpan = (name, options, context) =>
    tracer.startSpan(name.replace(/\..*/s, ''), options, context);
  return { tracer: { startSpan }, contextManager };
}
