import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

const OWN = ["'self'"];
const NONE = ["'none'"];

/** The dashboard's own pages may load only its own files, and nothing inline. */
const PAGE_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: NONE,
    scriptSrc: OWN,
    styleSrc: OWN,
    imgSrc: OWN,
    connectSrc: OWN,
    formAction: OWN,
    // For the path that a proxy may serve the pages below.
    baseUri: OWN,
    frameAncestors: NONE,
  },
};

/** Bull Board has styles in elements and attributes; its scripts are files. */
export const BOARD_POLICY = {
  useDefaults: false,
  directives: {
    ...PAGE_POLICY.directives,
    styleSrc: [...OWN, "'unsafe-inline'"],
    imgSrc: [...OWN, 'data:'],
    fontSrc: OWN,
  },
};

/** Adds the security headers to every answer. */
export async function addSecurityHeaders(server: FastifyInstance): Promise<void> {
  await server.register(helmet, {
    contentSecurityPolicy: PAGE_POLICY,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
    // The proxy that ends TLS decides on this header: over plain HTTP it has no effect.
    strictTransportSecurity: false,
  });
}
