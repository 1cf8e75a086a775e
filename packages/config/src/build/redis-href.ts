import type { RedisAddress } from '@redis-to-mongo/redis-connection';

/** The URL with all that the parts say, percent-encoded. */
export function redisHref(href: string, parts: Omit<RedisAddress, 'url'>): string {
  const url = new URL(href);
  url.protocol = parts.tls.enabled ? 'rediss:' : 'redis:';
  url.hostname = parts.host.includes(':') ? `[${parts.host}]` : parts.host;
  url.port = String(parts.port);
  url.username = encodeURIComponent(parts.username ?? '');
  url.password = encodeURIComponent(parts.password ?? '');
  url.pathname = `/${parts.db}`;
  return url.href;
}
