import { randomBytes } from 'node:crypto';

export interface FleetEnvOptions {
  readonly redisUrl: string;
  readonly mongoUri: string;
  readonly mongoDbName: string;
  readonly queuePrefix: string;
  readonly dashboardPassword: string;
  /** Further options of the apps, by their environment names; they win. */
  readonly options?: Readonly<Record<string, string>>;
}

/** What a process needs of its surroundings; no option of the apps may leak in from the user's shell. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'NODE_EXTRA_CA_CERTS'] as const;

/** The environment of every process of a fleet: any free HTTP port, JSON logs, and the servers to work on. */
export function fleetEnv(options: FleetEnvOptions): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(inherited),
    REDIS_URL: options.redisUrl,
    MONGO_URI: options.mongoUri,
    MONGO_DB_NAME: options.mongoDbName,
    QUEUE_PREFIX: options.queuePrefix,
    HTTP_HOST: '127.0.0.1',
    SCHEDULER_HTTP_PORT: '0',
    WORKER_HTTP_PORT: '0',
    DASHBOARD_HOST: '127.0.0.1',
    DASHBOARD_PORT: '0',
    DASHBOARD_USERNAME: 'admin',
    DASHBOARD_PASSWORD: options.dashboardPassword,
    WORKER_SHUTDOWN_TIMEOUT_MS: '8000',
    LOG_FORMAT: 'json',
    ...options.options,
  };
}

/** A password for one run: 96 bits, letters and digits that a URL takes too. */
export function newPassword(): string {
  return randomBytes(12).toString('base64url');
}
