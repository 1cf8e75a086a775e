import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';

const run = promisify(execFile);

const PRINT_DRIVER = `
  const { MongoClient } = require('packages').mongodb;
  new MongoClient('mongodb://127.0.0.1:1').options.metadata.then(({ driver }) => console.log(JSON.stringify(driver)));
`;

test('compiled packages work as usual: the driver identifies itself to MongoDB, which refuses clients without a name', async () => {
  const { stdout, stderr } = await run(process.execPath, ['--eval', PRINT_DRIVER], {
    cwd: inject('builtApps'),
  });
  expect(JSON.parse(stdout)).toMatchObject({ name: 'nodejs', version: expect.stringMatching(/^\d/) });
  expect(stderr).toBe('');
});
