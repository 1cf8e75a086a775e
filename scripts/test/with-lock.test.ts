import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const module = new URL('../run/with-lock.mjs', import.meta.url).href;

describe('the lock of a checkout', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lock test '));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  /** Starts a process that runs the code under the lock, with its locks in this test's folder. */
  function locked(name: string, work: string) {
    const code = `
      import { appendFileSync } from 'node:fs';
      import { setTimeout as delay } from 'node:timers/promises';
      import { withLock } from ${JSON.stringify(module)};
      const say = (line) => appendFileSync(${JSON.stringify(join(folder, name))}, line + '\\n');
      await withLock(${JSON.stringify(name)}, async () => { ${work} });
    `;
    const env = { ...process.env, TMPDIR: folder };
    return spawn(process.execPath, ['--input-type=module', '-e', code], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const said = async (name: string) =>
    (await readFile(join(folder, name), 'utf8').catch(() => '')).split('\n').slice(0, -1);

  it('is held by one process at a time', async () => {
    const work = `say('in'); await delay(20); say('out');`;
    const exits = Array.from({ length: 6 }, () => once(locked('turns', work), 'exit'));
    expect((await Promise.all(exits)).map(([code]) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await said('turns')).toEqual(Array.from({ length: 6 }, () => ['in', 'out']).flat());
  });

  it('is taken over by exactly one at a time when its holder was killed', async () => {
    const holder = locked('takeover', `say('held'); await delay(1e6);`);
    await expect.poll(() => said('takeover'), { timeout: 20_000 }).toEqual(['held']);
    const gone = once(holder, 'exit');
    holder.kill('SIGKILL');
    await gone;
    const work = `say('in'); await delay(20); say('out');`;
    await Promise.all(Array.from({ length: 4 }, () => once(locked('takeover', work), 'exit')));
    expect((await said('takeover')).slice(1)).toEqual(Array.from({ length: 4 }, () => ['in', 'out']).flat());
  });

  it('is released when the process exits in the middle of the work', async () => {
    const [failed] = await once(locked('failing', 'process.exit(3)'), 'exit');
    expect(failed).toBe(3);
    const [code] = await once(locked('failing', `say('in')`), 'exit');
    expect(code).toBe(0);
  });
});
