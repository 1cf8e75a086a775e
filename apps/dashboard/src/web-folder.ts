import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The folder with another package's files for the browser, where `npm run pack` put them beside the app; else they are in
 * that package, and this is `undefined`.
 */
export function webFolder(name: string): string | undefined {
  const path = fileURLToPath(new URL(`../web/${name}`, import.meta.url));
  return existsSync(path) ? path : undefined;
}
