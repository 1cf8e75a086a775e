// The real worker, which kills itself by SIGKILL: at the nth time that it reaches a step (DIE_AT="step:n"),
// or when it works on a key (POISON=key).
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
