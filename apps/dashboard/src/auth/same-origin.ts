/** The headers that name the origin of a request. */
export interface OriginHeaders {
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
}

/** Methods that change nothing. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request may change something: it must come from one of the dashboard's own pages. Over HTTPS and on this
 * machine, browsers send Sec-Fetch-Site, which no page can set. Then nothing else counts, since a proxy may have
 * rewritten Host. Otherwise Origin is compared with Host. A request with neither header is refused. The scheme is not
 * compared: behind a proxy that ends TLS, the dashboard does not know it.
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
