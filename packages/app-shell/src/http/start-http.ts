import { fastify } from 'fastify';
import { addHealthRoutes, type HealthRoutesOptions } from './health-routes.js';
import { type ListenAddress, listen } from './listen.js';

/** The address of an app's health server, and what it serves. */
export type HttpOptions = ListenAddress & HealthRoutesOptions;

/** A health server that listens. */
export interface HttpServer {
  /** `http://host:port`, with the actual port. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Serves an app's health and metrics (see `addHealthRoutes`), and nothing else.
 * @throws HttpError `HTTP_PORT_IN_USE`, `HTTP_CANNOT_LISTEN`.
 */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const server = fastify({ forceCloseConnections: true, requestTimeout: 10_000, bodyLimit: 1024 });
  addHealthRoutes(server, options);
  const address = await listen(server, options);
  return { address, close: () => server.close() };
}
