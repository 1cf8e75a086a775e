import type { FastifyInstance } from 'fastify';

/** What a request asks for below the base path; what is not below it stays as it is: some proxies take it away. */
export function belowBase(url: string, basePath: string): string {
  if (basePath === '' || !url.startsWith(basePath)) return url;
  const rest = url.slice(basePath.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : url;
}

/** The element that every page has, and by which all of its links go. */
const ROOT = '<base href="/">';

/** Tells the dashboard's pages the path that they are served below. */
export function addBase(server: FastifyInstance, basePath: string): void {
  if (basePath === '') return;
  server.addHook('onSend', async (_request, reply, payload) =>
    typeof payload === 'string' && String(reply.getHeader('content-type')).startsWith('text/html')
      ? payload.replace(ROOT, `<base href="${basePath}/">`)
      : payload,
  );
}
