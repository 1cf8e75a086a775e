import { readFile } from 'node:fs/promises';

/** The option that chooses the way entries take through a worker, and its values. */
const OPTION = 'STREAM_PATH';
const PATHS = ['ordinary', 'direct'] as const;

/** The path that is not the default, where there is such an option; told by the list of options. */
export async function otherPath(): Promise<{ path: string; options: Record<string, string> } | undefined> {
  const page = await readFile(new URL('../../../../../docs/configuration.md', import.meta.url), 'utf8');
  return pathBeside(page);
}

export function pathBeside(page: string): { path: string; options: Record<string, string> } | undefined {
  const usual = new RegExp(`^\\| \`${OPTION}\` \\| \`(\\w+)\` \\|`, 'm').exec(page)?.[1];
  const path = PATHS.find((one) => one !== usual);
  return usual === undefined || path === undefined ? undefined : { path, options: { [OPTION]: path } };
}
