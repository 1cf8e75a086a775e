import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('../check-image-steps.mjs', import.meta.url));

it('the steps of the Dockerfile make an image in which every app starts', async () => {
  // Not spawnSync: the runner takes a test process that says nothing for a minute for dead.
  const ended = await new Promise<{ status: number; said: string }>((resolve) => {
    execFile(process.execPath, [script], (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), said: `${stdout}${stderr}` });
    });
  });
  expect(ended).toEqual({
    status: 0,
    said: expect.stringContaining('every step runs, and every app in the image starts'),
  });
});
