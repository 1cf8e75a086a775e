import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Config } from '@redis-to-mongo/config';

/** One process of the fleet. */
export interface ProcessPlan {
  /** The label of its log lines, such as `worker-2`. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Overrides the supervisor's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Its standard error goes to the terminal unchanged: it may show a generated password. */
  readonly hasTerminal: boolean;
}

/** Options of a fleet on one machine. */
export interface FleetPlanOptions {
  readonly workers: number;
  readonly isTerminal: boolean;
  /** Returns the file that runs an app. */
  fileOf(name: 'scheduler' | 'worker' | 'dashboard'): URL;
  /** The arguments after the program's name. All processes use the same `--config PATH`. */
  readonly args: readonly string[];
}

/**
 * Lists the processes of a fleet on one machine. If several would listen on the same port, the first gets it.
 * The others take any free port, and log it.
 */
export function planFleet(
  config: Config,
  { workers, isTerminal, fileOf, args }: FleetPlanOptions,
): ProcessPlan[] {
  const isPretty = config.log.format === 'pretty' || (config.log.format === 'auto' && isTerminal);
  const taken = new Set<number>();
  const portFor = (option: string, port: number | undefined): Record<string, string> => {
    if (!port || !taken.has(port)) {
      if (port) taken.add(port);
      return {};
    }
    return { [option]: '0' };
  };
  const { http, dashboard } = config;
  const plan = (name: string, app: 'scheduler' | 'worker' | 'dashboard', env: Record<string, string>) => ({
    name,
    file: fileURLToPath(fileOf(app)),
    args: configArgs(args),
    env: { ...env, LOG_FORMAT: isPretty ? 'pretty' : 'json' },
    hasTerminal: app === 'dashboard' && isTerminal,
  });
  taken.add(dashboard.port);
  const dashboardPlan = plan('dashboard', 'dashboard', portFor('DASHBOARD_HTTP_PORT', http.dashboardPort));
  return [
    plan('scheduler', 'scheduler', portFor('SCHEDULER_HTTP_PORT', http.schedulerPort)),
    ...Array.from({ length: workers }, (_, at) =>
      plan(`worker-${at + 1}`, 'worker', portFor('WORKER_HTTP_PORT', http.workerPort)),
    ),
    dashboardPlan,
  ];
}

function configArgs(args: readonly string[]): string[] {
  const { values } = parseArgs({ args: [...args], options: { config: { type: 'string' } }, strict: false });
  return typeof values.config === 'string' ? ['--config', values.config] : [];
}
