import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '@redis-to-mongo/test-kit';
import { afterEach, describe, expect, it } from 'vitest';

const module = new URL('../run/run-child.mjs', import.meta.url).href;

/** Prints and counts its signals, and exits with 7 at the second one. */
const counting = `
  let count = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {
    count += 1;
    console.log(signal + ' ' + count);
    if (count === 2) process.exit(7);
  });
  process.on('disconnect', () => process.exit(0));
  setInterval(() => {}, 1000);
  console.log('ready ' + process.pid);
`;

describe('a child in the foreground', () => {
  const parents: ChildProcess[] = [];
  afterEach(() => {
    for (const parent of parents.splice(0)) parent.kill('SIGKILL');
  });

  function start(childCode: string) {
    const code = `
      import { runChild } from ${JSON.stringify(module)};
      process.exitCode = await runChild(process.execPath, ['-e', ${JSON.stringify(childCode)}]);
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    parents.push(parent);
    const lines: string[] = [];
    createInterface({ input: parent.stdout }).on('line', (line) => lines.push(line));
    return { parent, lines, exit: once(parent, 'exit') };
  }

  it('gets every signal once, and its exit code is passed on', async () => {
    const { parent, lines, exit } = start(counting);
    await expect.poll(() => lines[0], { timeout: 20_000 }).toMatch(/^ready/);
    parent.kill('SIGINT');
    await expect.poll(() => lines.at(-1), { timeout: 20_000 }).toBe('SIGINT 1');
    parent.kill('SIGTERM');
    expect((await exit)[0]).toBe(7);
    expect(lines.slice(1)).toEqual(['SIGINT 1', 'SIGTERM 2']);
  });

  it('gets one Ctrl-C once although npm passes it on as well, and a later one again', async () => {
    const { parent, lines, exit } = start(counting);
    await expect.poll(() => lines[0], { timeout: 20_000 }).toMatch(/^ready/);
    parent.kill('SIGINT');
    parent.kill('SIGINT');
    await expect.poll(() => lines.at(-1), { timeout: 20_000 }).toBe('SIGINT 1');
    // The same signal counts as one within this time. There is no condition to wait for.
    await delay(400);
    expect(lines.at(-1)).toBe('SIGINT 1');
    parent.kill('SIGINT');
    expect((await exit)[0]).toBe(7);
  });

  it('that a signal ended returns 128 plus the number of the signal', async () => {
    const { exit } = start(`process.kill(process.pid, 'SIGKILL')`);
    expect((await exit)[0]).toBe(137);
  });

  it('notices that its parent was killed', async () => {
    const { parent, lines, exit } = start(counting);
    await expect.poll(() => lines[0], { timeout: 20_000 }).toMatch(/^ready/);
    const pid = Number(lines[0]?.split(' ')[1]);
    parent.kill('SIGKILL');
    await exit;
    await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
  });
});
