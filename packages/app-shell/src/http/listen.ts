import type { FastifyInstance } from 'fastify';
import { errorCode } from '../log/render-error.js';

/** A server cannot listen at its configured address. Codes: `HTTP_PORT_IN_USE`, `HTTP_CANNOT_LISTEN`. */
class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The address of a server. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Names of the options that set host and port, for the error message. */
  readonly options?: { readonly host: string; readonly port: string };
}

/**
 * Makes the server listen.
 * @returns its address as a URL, with the actual port.
 * @throws HttpError that names the option to change.
 */
export async function listen(server: FastifyInstance, address: ListenAddress): Promise<string> {
  const { host, port, options } = address;
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    const inUse = errorCode(cause) === 'EADDRINUSE';
    const remedy = inUse
      ? `another program listens there. Set ${options?.port ?? 'the port'} to a free port, or to 0 for any`
      : `${errorCode(cause) ?? 'unknown error'}. Set ${options?.host ?? 'the host'} to an address of this machine, and ${options?.port ?? 'the port'} to one this user may use`;
    const code = inUse ? 'HTTP_PORT_IN_USE' : 'HTTP_CANNOT_LISTEN';
    throw new HttpError(code, `can't listen on ${host}:${port}: ${remedy}.`, { cause });
  }
}
