import { runApp } from '@redis-to-mongo/app-shell';
import { changedOptions, loadConfig } from '@redis-to-mongo/config';
import { runScheduler } from './run-scheduler.js';

await runApp({
  name: 'scheduler',
  usage: {
    about: 'finds changed keys, and requests jobs for them',
    argv: process.argv.slice(2),
  },
  load: () => loadConfig({ env: process.env, argv: process.argv.slice(2) }),
  start: runScheduler,
  changes: changedOptions,
});
