import type { FastifyInstance } from 'fastify';

/** Removes the base path from a request's URL. Another URL is returned unchanged, since some proxies remove the base path. */
export function belowBase(url: string, basePath: string): string {
  if (basePath === '' || !url.startsWith(basePath)) return url;
  const rest = url.slice(basePath.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : url;
}

/** The element on every page that its links are relative to. */
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
