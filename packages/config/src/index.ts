export { changedOptions, fingerprintOf } from './changed-options.js';
export type { Config, Source } from './config.js';
export { ConfigError } from './config-error.js';
export { describeConfig } from './describe-config.js';
export { type ConfigSources, loadConfig } from './load-config.js';
export { requireDashboardPassword } from './require-dashboard-password.js';
