// The real worker, that ends itself by SIGKILL: DIE_AT="step:n" when it reaches a step for the n-th time, POISON=key when it
// works on that key.
import { runApp } from '@redis-to-mongo/app-shell';
import { loadConfig } from '@redis-to-mongo/config';
import { runWorker } from '../../../apps/worker/dist/run-worker.js';

const { DIE_AT, POISON } = process.env;
const [step, times] = (DIE_AT ?? '').split(':');
let reached = 0;

await runApp({
  name: 'worker',
  load: () => loadConfig({ env: process.env }),
  start: (app, config) =>
    runWorker(app, config, (at, key) => {
      const dies = key === POISON || (at === step && ++reached >= Number(times));
      if (!dies) return undefined;
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => {});
    }),
});
