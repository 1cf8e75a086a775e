import { isIPv4 } from 'node:net';
import type { Config } from './config.js';
import { ConfigError } from './config-error.js';

/**
 * Checks at the dashboard's start that a password is set if other machines can reach its address.
 *
 * @throws ConfigError (`CONFIG_INVALID`) if `DASHBOARD_HOST` is not a loopback address and there is no
 * password.
 */
export function requireDashboardPassword({
  dashboard,
  options,
}: Pick<Config, 'dashboard' | 'options'>): void {
  const { host, password, passwordHash } = dashboard;
  if (isLoopback(host) || password !== undefined || passwordHash !== undefined) return;
  throw new ConfigError([
    {
      option: 'DASHBOARD_HOST',
      source: options.find(({ option }) => option === 'DASHBOARD_HOST')?.source ?? 'default',
      value: host,
      problem: 'lets others reach the dashboard, which has no password',
      remedy: 'set DASHBOARD_PASSWORD or DASHBOARD_PASSWORD_HASH, or listen on 127.0.0.1',
    },
  ]);
}

function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
