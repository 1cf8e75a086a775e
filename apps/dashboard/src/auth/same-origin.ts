/** The headers that name the origin of a request. */
export interface OriginHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

/** Methods that change nothing. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request may change something: it must come from one of the dashboard's own pages. Browsers say so by
 * Sec-Fetch-Site, which no page can set, over HTTPS and on this machine; then nothing else counts, since a proxy may
 * have rewritten Host. Else Origin shows, which comes with every such request; one that shows neither is refused. The
 * scheme is not compared: behind a proxy that ends TLS the dashboard does not know it.
 * Source: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function mayChange(method: string, host: string, headers: OriginHeaders): boolean {
  if (SAFE.has(method)) return true;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin !== undefined && hostOf(headers.origin) === host.toLowerCase();
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
