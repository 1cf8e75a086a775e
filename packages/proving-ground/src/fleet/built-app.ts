import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const apps = fileURLToPath(new URL('../../../../apps/', import.meta.url));

/**
 * The file of a built app, such as `worker/dist/main.js`. PROVING_APPS names another folder that holds them: that of the
 * bundled ones, which start in less than half of the time.
 */
export function builtApp(path: string): string {
  return join(process.env.PROVING_APPS || apps, path);
}
