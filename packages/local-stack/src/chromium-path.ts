import { aptInstall } from './apt-install.js';
import { findOnPath } from './find-on-path.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'] as const;

/**
 * The path of a Chromium for tests of pages: `CHROME_PATH`, else one in the PATH, else Debian's, which is installed.
 * @returns undefined where there is none and it can't be installed (no apt-get, no rights).
 * @throws LocalStackError `LOCAL_STACK_COMMAND_FAILED` when apt-get fails.
 */
export async function chromiumPath(): Promise<string | undefined> {
  const given = process.env.CHROME_PATH || (await findOnPath(...NAMES));
  if (given !== undefined) return given;
  return (await aptInstall(['chromium', 'fonts-dejavu-core'])) ? await findOnPath(...NAMES) : undefined;
}
