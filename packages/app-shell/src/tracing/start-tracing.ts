import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Closer } from '@redis-to-mongo/pipeline';

export interface TracingOptions {
  /** The app's name; the traces' `service.name` is `redis-to-mongo-<app>`. */
  readonly app: string;
  /** The URL of an OpenTelemetry collector for OTLP over HTTP, without `/v1/traces`. */
  readonly endpoint: string;
  /** Called when the last spans could not be sent. */
  readonly onError: (error: unknown) => void;
}

/**
 * Sends the spans of this process to a collector, in batches, from now on. OpenTelemetry's usual variables
 * set headers, sampling and batches: OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER, OTEL_BSP_*. Source:
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * @returns a closer that sends the last spans. A collector that does not answer delays it by a few seconds at
 * most.
 */
export function startTracing({ app, endpoint, onError }: TracingOptions): Closer {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: 3_000,
  });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': `redis-to-mongo-${app}` }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  provider.register();
  return () => provider.shutdown().catch(onError);
}
