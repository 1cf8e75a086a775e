// The real worker, that one key kills by SIGKILL whenever its job has read something: POISON="key".
import { runApp } from '@redis-to-mongo/app-shell';
import { loadConfig } from '@redis-to-mongo/config';
import { runWorker } from '../../worker/dist/run-worker.js';

await runApp({
  name: 'worker',
  load: () => loadConfig({ env: process.env }),
  start: (app, config) =>
    runWorker(app, config, (_step, key) => {
      if (key !== process.env.POISON) return undefined;
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => {});
    }),
});
