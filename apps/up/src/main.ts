import { runApp } from '@redis-to-mongo/app-shell';
import { changedOptions, loadConfig, requireDashboardPassword } from '@redis-to-mongo/config';
import { planFleet } from './plan-fleet.js';
import { superviseFleet } from './supervise-fleet.js';
import { UP_OPTIONS, workersIn } from './up-options.js';

/** Added to the time that a worker may take to stop, in ms. */
const MARGIN_MS = 5_000;

const argv = process.argv.slice(2);

await runApp({
  name: 'up',
  usage: {
    about: 'runs a scheduler, workers and a dashboard on this machine, and restarts those that die',
    argv,
    options: UP_OPTIONS,
  },
  load: () => {
    const config = loadConfig({ env: process.env, argv });
    requireDashboardPassword(config);
    return config;
  },
  start: async (app, config) => {
    const plans = planFleet(config, {
      workers: workersIn(argv),
      isTerminal: process.stdout.isTTY === true,
      // Resolved in this file, not in a shared module: this file has the same relative place in the package.
      fileOf: (name) => new URL(`../../${name}/dist/main.js`, import.meta.url),
      args: argv,
    });
    const fleet = superviseFleet(app, plans);
    return {
      options: config.options.map(({ option }) => option),
      apply: () => fleet.signal('SIGHUP'),
    };
  },
  changes: changedOptions,
  closeWithinMs: ({ worker }) => worker.shutdownTimeoutMs + MARGIN_MS,
});
