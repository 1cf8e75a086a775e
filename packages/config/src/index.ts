export { changedOptions, fingerprintOf, type OptionChange } from './changed-options.js';
export type { Config, OptionInUse, Source } from './config.js';
export { ConfigError, type Problem } from './config-error.js';
export { type DescribedOption, describeConfig } from './describe-config.js';
export { type ConfigSources, loadConfig } from './load-config.js';
export { requireDashboardPassword } from './require-dashboard-password.js';
