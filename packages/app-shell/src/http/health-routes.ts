import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import { Health, type HealthCheck } from './health-check.js';

/** The checks behind the routes, and who may see their results. */
export interface HealthRoutesOptions {
  /** The checks that must pass for the app to be ready. */
  readonly checks: readonly HealthCheck[];
  readonly registry: Registry;
  /** Aborted when the app begins to stop: from then on it is not ready. */
  readonly signal?: AbortSignal;
  /**
   * Who may see the individual checks with their error codes; default: everyone. Others only see whether all
   * checks pass.
   */
  readonly showsChecks?: (request: FastifyRequest) => boolean;
  /** Time for each check, in ms; default 2,000. */
  readonly checkTimeoutMs?: number;
}

/**
 * Adds three routes:
 * - `GET /healthz`: 200 while the process can answer; for a supervisor that restarts hanging processes.
 * - `GET /readyz`: 200 if every check passes, otherwise 503; with name, time and error code of each check.
 * - `GET /metrics`: the registry in Prometheus' text format.
 */
export function addHealthRoutes(server: FastifyInstance, options: HealthRoutesOptions): void {
  const health = new Health(options.checks, options.checkTimeoutMs ?? 2_000);
  server.get('/healthz', () => ({ status: 'ok', uptimeSeconds: Math.round(process.uptime()) }));
  server.get('/readyz', async (request, reply) => {
    const checks = await health.ask();
    const stopping = options.signal?.aborted === true;
    const ready = !stopping && checks.every(({ ok }) => ok);
    reply.code(ready ? 200 : 503).header('cache-control', 'no-store');
    const status = stopping ? 'stopping' : ready ? 'ready' : 'not ready';
    return options.showsChecks?.(request) === false ? { status } : { status, checks };
  });
  server.get('/metrics', async (_request, reply) => {
    reply.type(options.registry.contentType);
    return await options.registry.metrics();
  });
}
