import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface FleetEnvOptions {
  readonly redisUrl: string;
  readonly mongoUri: string;
  readonly mongoDbName: string;
  readonly queuePrefix: string;
  readonly dashboardPassword: string;
  /** More options of the apps, by their environment names. They override the others. */
  readonly options?: Readonly<Record<string, string>>;
}

/** Variables that a process inherits. No option of the apps may leak in from the user's shell. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'NODE_EXTRA_CA_CERTS'] as const;

/** The environment of every process of a fleet: any free HTTP port, JSON logs, and the servers' addresses. */
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

/** A random password for one run: 96 bits, in characters that are valid in a URL. */
export function newPassword(): string {
  return randomBytes(12).toString('base64url');
}

const apps = fileURLToPath(new URL('../../../../apps/', import.meta.url));

/**
 * The path of a built app, such as `worker/dist/main.js`. PROVING_APPS selects another folder, such as that
 * of the bundled apps, which start in less than half the time.
 */
export function builtApp(path: string): string {
  return join(process.env.PROVING_APPS || apps, path);
}
