import { createHash } from 'node:crypto';

/** Characters of an address that get through wherever it goes: servers and proxies take 4 to 16 KB with all headers. */
const MAX_ADDRESS = 2_000;

/** The address of a key's page, from the base as all links are. A name that is too long for an address is told by its digest: see keyOfAddress. */
export function keyPath(key: string): string {
  const named = new URLSearchParams({ id: key }).toString();
  return `key?${named.length > MAX_ADDRESS ? new URLSearchParams({ digest: digestOf(key) }) : named}`;
}

/**
 * The key id that an address tells.
 * @param all the key ids that there are.
 * @returns `undefined` where it tells none, or none that is there.
 */
export async function keyOfAddress(
  params: URLSearchParams,
  all: () => Promise<readonly string[]>,
): Promise<string | undefined> {
  const digest = params.get('digest');
  if (digest === null) return params.get('id') ?? undefined;
  // Most names are short enough in any case, and are not digested.
  for (const key of await all())
    if (key.length * LONGEST_CHARACTER > MAX_ADDRESS && digestOf(key) === digest) return key;
  return undefined;
}

/** The characters that one unit of a name takes in an address, at most: `%ef%bf%bd`. */
const LONGEST_CHARACTER = 9;

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
