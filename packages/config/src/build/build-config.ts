import { defined } from '@redis-to-mongo/pipeline';
import type { RedisAddress } from '@redis-to-mongo/redis-connection';
import type { Settings } from '../settings.js';
import { buildMongo } from './build-mongo.js';
import { buildRedis, DEFAULT_REDIS, redisNames } from './build-redis.js';
import { buildRules } from './build-rules.js';
import { buildSync } from './build-sync.js';

const SOURCE = redisNames('');
const QUEUE = redisNames('QUEUE_');

const DAY_MS = 86_400_000;

/**
 * Puts every option in its place, and checks options that depend on each other. loadConfig freezes the
 * result.
 */
export function buildConfig(settings: Settings, cwd: string) {
  const { values } = settings;
  const redis = buildRedis(settings, SOURCE, DEFAULT_REDIS, cwd);
  const sync = buildSync(settings);
  if (/[{}]/.test(values.QUEUE_PREFIX))
    settings.problem('QUEUE_PREFIX', 'has a brace, and is put in braces itself', 'remove the brace');
  return {
    redis,
    queue: {
      redis: queueRedis(settings, redis, cwd),
      prefix: values.QUEUE_PREFIX,
      deadAfterMs: Math.round(values.DEAD_AFTER_SEC * 1_000),
    },
    mongo: buildMongo(settings, cwd),
    keys: {
      /** Redis glob patterns; at least one. */
      include: values.KEY_INCLUDE,
      exclude: values.KEY_EXCLUDE,
      separator: values.KEY_SEPARATOR,
      types: [...new Set(values.KEY_TYPES)],
    },
    values: {
      maxInlineMembers: values.VALUE_INLINE_MEMBERS,
      maxInlineBytes: values.VALUE_INLINE_BYTES,
      maxAtomicMembers: values.VALUE_ATOMIC_MEMBERS,
      membershipHistory: values.MEMBERSHIP_HISTORY,
      goneValues: values.GONE_VALUES,
      /** 0: forever. */
      goneKeysKeepMs: Math.round(values.GONE_KEYS_KEEP_SEC * 1000),
    },
    sync,
    /** The first rule that matches a key applies. */
    rules: buildRules(settings, sync.trim),
    worker: {
      concurrency: values.WORKER_CONCURRENCY,
      shutdownTimeoutMs: values.WORKER_SHUTDOWN_TIMEOUT_MS,
    },
    /** Port 0: any free port. */
    http: {
      host: values.HTTP_HOST,
      schedulerPort: values.SCHEDULER_HTTP_PORT,
      workerPort: values.WORKER_HTTP_PORT,
      ...defined({ dashboardPort: values.DASHBOARD_HTTP_PORT }),
    },
    records: {
      historyKeepMs: values.HISTORY_KEEP_DAYS * DAY_MS,
      /** 0: forever. */
      auditKeepMs: values.AUDIT_KEEP_DAYS * DAY_MS,
    },
    dashboard: buildDashboard(settings),
    log: { level: values.LOG_LEVEL, format: values.LOG_FORMAT },
    /** Without an endpoint there are no traces. */
    tracing: defined({ endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT }),
  };
}

/**
 * A queue with its own address inherits nothing from the source. In particular, the source's password is
 * never sent to another server.
 */
function queueRedis(settings: Settings, source: RedisAddress, cwd: string): RedisAddress {
  const { clusterNodes, sentinels } = QUEUE.topology;
  const isElsewhere = [QUEUE.url, QUEUE.host, clusterNodes, sentinels].some((name) =>
    settings.mentioned(name),
  );
  return buildRedis(settings, QUEUE, isElsewhere ? DEFAULT_REDIS : source, cwd);
}

/**
 * The password or its hash. If they come from two sources, the higher source wins; one source may set only
 * one of them.
 */
function buildDashboard({ values, given, sourceOf, problem }: Settings) {
  const { DASHBOARD_PASSWORD: password, DASHBOARD_PASSWORD_HASH: passwordHash } = values;
  const both = given('DASHBOARD_PASSWORD') && given('DASHBOARD_PASSWORD_HASH');
  const isHashLower = both && sourceOf('DASHBOARD_PASSWORD_HASH') === 'config.json';
  if (both && sourceOf('DASHBOARD_PASSWORD') === sourceOf('DASHBOARD_PASSWORD_HASH')) {
    problem('DASHBOARD_PASSWORD', 'stands beside DASHBOARD_PASSWORD_HASH', 'keep one of the two');
  }
  return {
    host: values.DASHBOARD_HOST,
    port: values.DASHBOARD_PORT,
    username: values.DASHBOARD_USERNAME,
    ...(password !== undefined && (!both || isHashLower) ? { password } : {}),
    ...(passwordHash !== undefined && !isHashLower ? { passwordHash } : {}),
    /** Addresses, ranges, and the names that proxy-addr defines for some ranges. */
    trustedProxies: values.DASHBOARD_TRUSTED_PROXIES,
    /** Empty, or a path with a leading slash and no trailing slash. */
    basePath: values.DASHBOARD_BASE_PATH,
    readOnly: values.DASHBOARD_READ_ONLY,
    showValues: values.DASHBOARD_SHOW_VALUES,
    ...defined({ grafanaUrl: values.DASHBOARD_GRAFANA_URL }),
  };
}
