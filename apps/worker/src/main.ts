import { runApp } from '@redis-to-mongo/app-shell';
import { changedOptions, loadConfig } from '@redis-to-mongo/config';
import { runWorker } from './run-worker.js';

await runApp({
  name: 'worker',
  usage: {
    about: 'takes jobs, reads from Redis and writes to MongoDB',
    argv: process.argv.slice(2),
  },
  load: () => loadConfig({ env: process.env, argv: process.argv.slice(2) }),
  start: (app, config) => runWorker(app, config),
  changes: changedOptions,
  closeWithinMs: (config) => config.worker.shutdownTimeoutMs,
});
