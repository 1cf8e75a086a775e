import { createHash } from 'node:crypto';

/** Characters of an address that get through wherever it goes: servers and proxies take 4 to 16 KB with all headers. */
const MAX_ADDRESS = 2_000;

/** The address of a key's page, from the base as all links are. A name that is too long for an address is reported by its start and its digest. */
export function keyPath(key: string): string {
  const named = new URLSearchParams({ id: key }).toString();
  if (named.length <= MAX_ADDRESS) return `key?${named}`;
  return `key?${new URLSearchParams({ start: startOf(key), digest: digestOf(key) })}`;
}

/**
 * The key id that an address names.
 * @param nameOf finds the name that has a start and a digest.
 * @returns `undefined` if it names none, or none that is there.
 */
export async function keyOfAddress(
  params: URLSearchParams,
  nameOf: (start: string, digest: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const digest = params.get('digest');
  if (digest === null) return params.get('id') ?? undefined;
  return await nameOf(params.get('start') ?? '', digest);
}

/** Characters by which a long name is found. */
const START = 100;

/** What a long name begins with: by this the index finds it, and those few that begin alike. */
export function startOf(key: string): string {
  return key.slice(0, START).replace(/[\ud800-\udbff]$/, '');
}

export function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
