import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';

const run = promisify(execFile);

const PRINT_DRIVER = `
  const { MongoClient } = require('packages').mongodb;
  new MongoClient('mongodb://127.0.0.1:1').options.metadata.then(({ driver }) => console.log(JSON.stringify(driver)));
`;

test('compiled packages do what they do otherwise: the driver names itself to MongoDB, which refuses one that does not', async () => {
  const { stdout, stderr } = await run(process.execPath, ['--eval', PRINT_DRIVER], {
    cwd: inject('builtApps'),
  });
  expect(JSON.parse(stdout)).toMatchObject({ name: 'nodejs', version: expect.stringMatching(/^\d/) });
  expect(stderr).toBe('');
});
