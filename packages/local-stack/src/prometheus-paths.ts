import { join } from 'node:path';
import { findOnPath } from './find-on-path.js';
import { commandWorks } from './run-command.js';
import { unpackDebian } from './unpack-debian.js';

export interface PrometheusPaths {
  readonly prometheus: string;
  readonly promtool: string;
}

/**
 * The paths of a Prometheus for tests of alerts: those in the PATH, else those of Debian's package, unpacked.
 * @returns undefined where there is none and none can be had (no apt-get, no network).
 */
export async function prometheusPaths(): Promise<PrometheusPaths | undefined> {
  const [prometheus, promtool] = [await findOnPath('prometheus'), await findOnPath('promtool')];
  if (prometheus !== undefined && promtool !== undefined) return { prometheus, promtool };
  const dir = await unpackDebian('prometheus', 'bin');
  if (dir === undefined) return undefined;
  const unpacked = { prometheus: join(dir, 'prometheus'), promtool: join(dir, 'promtool') };
  const works = await Promise.all(
    Object.values(unpacked).map((program) => commandWorks(program, ['--version'])),
  );
  return works.every(Boolean) ? unpacked : undefined;
}
