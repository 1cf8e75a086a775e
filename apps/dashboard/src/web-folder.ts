import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The folder with another package's files for the browser, if `npm run pack` put them beside the app. Otherwise the files are
 * in that package, and the result is `undefined`.
 */
export function webFolder(name: string): string | undefined {
  const path = fileURLToPath(new URL(`../web/${name}`, import.meta.url));
  return existsSync(path) ? path : undefined;
}
