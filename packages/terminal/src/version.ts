import { readFileSync } from 'node:fs';

/**
 * The version of the running code, for --version, the pages and the metrics. Its only source is the
 * package.json of the package redis-to-mongo, in the checkout or the installed package.
 */
export function version(): string {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    const found = versionIn(folder);
    if (found !== undefined) return found;
    if (folder.pathname === new URL('..', folder).pathname) return 'unknown';
  }
}

function versionIn(folder: URL): string | undefined {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
  } catch {
    return undefined; // no package.json here
  }
  if (typeof content !== 'object' || content === null) return undefined;
  if (!('name' in content) || content.name !== 'redis-to-mongo' || !('version' in content)) return undefined;
  return String(content.version);
}
