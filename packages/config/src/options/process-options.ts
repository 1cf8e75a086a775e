import { choice, decimal, host, httpUrl, port, whole } from '../option.js';

/** How a worker works and stops. */
export const WORKER_OPTIONS = {
  WORKER_CONCURRENCY: whole({
    doc: 'Jobs that one worker process runs at the same time.',
    default: 32,
    min: 1,
    max: 1024,
    unit: 'jobs',
  }),
  WORKER_SHUTDOWN_TIMEOUT_MS: whole({
    doc: 'Maximum time that a worker takes to finish its jobs after SIGTERM. Keep it below the grace period of your supervisor (Docker 10 s, Kubernetes 30 s by default).',
    default: 25_000,
    min: 1,
    max: 3_600_000,
    unit: 'ms',
  }),
};

/** Health and metrics. */
export const HTTP_OPTIONS = {
  HTTP_HOST: host({
    doc: 'Address for health and metrics, without a login. `0.0.0.0` is every interface.',
    default: '127.0.0.1',
  }),
  SCHEDULER_HTTP_PORT: port({
    doc: 'Port of the scheduler’s health and metrics. 0 is any free port; the log names it.',
    default: 0,
    min: 0,
  }),
  WORKER_HTTP_PORT: port({
    doc: 'Port of a worker’s health and metrics. 0 is any free port, because many workers may run on one host; the log names it.',
    default: 0,
    min: 0,
  }),
  DASHBOARD_HTTP_PORT: port({
    doc: 'Additional port for the dashboard’s health and metrics, without a login. If not set, metrics need the login. 0 is any free port; the log names it.',
    min: 0,
    unset: 'none',
  }),
};

/** Traces. */
export const TRACE_OPTIONS = {
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl({
    doc: 'OpenTelemetry collector for traces (OTLP over HTTP), such as `http://localhost:4318`. Scheduler and workers send spans of each job, its reads, writes and saves, with keys and counts, without values. OpenTelemetry’s own variables set headers and sampling.',
    unset: 'no traces',
  }),
};

/** What the processes log. */
export const LOG_OPTIONS = {
  LOG_LEVEL: choice(['error', 'warn', 'info', 'debug'], {
    doc: 'The lowest level that is logged.',
    default: 'info',
  }),
  LOG_FORMAT: choice(['auto', 'json', 'pretty'], {
    doc: '`json`: one object per line; `pretty`: for people; `auto`: `pretty` on a terminal, else `json`.',
    default: 'auto',
  }),
};

/** The fleet's records about itself in MongoDB, besides the mirror. */
export const RECORD_OPTIONS = {
  HISTORY_KEEP_DAYS: decimal({
    doc: 'How long samples are kept: of the fleet, one per minute, in `history`; of single keys in `key_history`. A change applies to new samples.',
    default: 14,
    above: 0,
    unit: 'days',
  }),
  AUDIT_KEEP_DAYS: decimal({
    doc: 'How long `audit` keeps the actions of operators on the dashboard and by commands. 0: forever. A change applies to new records.',
    default: 365,
    min: 0,
    unit: 'days',
  }),
};
