import { hash } from 'node:crypto';

/** The longest address, in characters, that every server and proxy accepts: they take 4 to 16 KB with all headers. */
const MAX_ADDRESS = 2_000;

/** The address of a key's page, relative to the base. A name that is too long is replaced by its start and its digest. */
export function keyPath(key: string): string {
  const named = new URLSearchParams({ id: key }).toString();
  if (named.length <= MAX_ADDRESS) return `key?${named}`;
  return `key?${new URLSearchParams({ start: startOf(key), digest: digestOf(key) })}`;
}

/**
 * The key id that an address names.
 * @param nameOf finds a name by its start and its digest.
 * @returns `undefined` if the address names no key, or a key that does not exist.
 */
export async function keyOfAddress(
  params: URLSearchParams,
  nameOf: (start: string, digest: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const digest = params.get('digest');
  if (digest === null) return params.get('id') ?? undefined;
  return await nameOf(params.get('start') ?? '', digest);
}

/** The length of a long name's start, in characters. */
const START = 100;

/** The start of a long name. The index finds the name by it, with the few others that have the same start. */
export function startOf(key: string): string {
  return key.slice(0, START).replace(/[\ud800-\udbff]$/, '');
}

export function digestOf(key: string): string {
  return hash('sha256', key, 'hex');
}
