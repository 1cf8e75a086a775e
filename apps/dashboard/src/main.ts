import { runApp } from '@redis-to-mongo/app-shell';
import { changedOptions, loadConfig, requireDashboardPassword } from '@redis-to-mongo/config';
import { runDashboard } from './run-dashboard.js';

await runApp({
  name: 'dashboard',
  usage: {
    about: 'shows the mirror and its keys, with a login',
    argv: process.argv.slice(2),
  },
  load: () => {
    const config = loadConfig({ env: process.env, argv: process.argv.slice(2) });
    requireDashboardPassword(config);
    return config;
  },
  start: async (app, config) => {
    await runDashboard(app, config);
    return undefined;
  },
  changes: changedOptions,
});
