import { loadConfig, requireDashboardPassword } from '@redis-to-mongo/config';

// For what starts the dashboard, such as docker compose: ends with 0 where it can start with its configuration, and with
// 2 and all reasons where it can't. It opens nothing.

try {
  requireDashboardPassword(loadConfig({ env: process.env, argv: process.argv.slice(2) }));
} catch (error) {
  process.stderr.write(`dashboard: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
