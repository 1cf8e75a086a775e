import { choice, host, httpUrl, port, whole } from '../option.js';

/** How a worker works and stops. */
export const WORKER_OPTIONS = {
  WORKER_CONCURRENCY: whole({
    doc: 'Jobs that one worker process works on at the same time.',
    default: 32,
    min: 1,
    max: 1024,
    unit: 'jobs',
  }),
  WORKER_SHUTDOWN_TIMEOUT_MS: whole({
    doc: 'Time that a worker takes, at most, to finish what it holds after SIGTERM. Keep it below the grace period of whatever stops it (Docker 10 s, Kubernetes 30 s by default).',
    default: 25_000,
    min: 1,
    max: 3_600_000,
    unit: 'ms',
  }),
};

/** Health and metrics. */
export const HTTP_OPTIONS = {
  HTTP_HOST: host({
    doc: 'Address on which health and metrics are answered, without a login. `0.0.0.0` is every interface.',
    default: '127.0.0.1',
  }),
  SCHEDULER_HTTP_PORT: port({
    doc: 'Port of the scheduler’s health and metrics. 0 is any free port; the log says which.',
    default: 0,
    min: 0,
  }),
  WORKER_HTTP_PORT: port({
    doc: 'Port of a worker’s health and metrics. 0 is any free port, because many workers may run on one host; the log says which.',
    default: 0,
    min: 0,
  }),
  DASHBOARD_HTTP_PORT: port({
    doc: 'Port of the dashboard’s health and metrics, beside its pages. Without it, metrics are behind the login alone. 0 is any free port; the log says which.',
    min: 0,
    unset: 'none',
  }),
};

/** Traces. */
export const TRACE_OPTIONS = {
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl({
    doc: 'Where an OpenTelemetry collector takes traces (OTLP over HTTP), such as `http://localhost:4318`: scheduler and workers send spans of each job, its reads, writes and saves, with keys and counts and without values. Headers and sampling are set by OpenTelemetry’s own variables.',
    unset: 'no traces',
  }),
};

/** What the processes log. */
export const LOG_OPTIONS = {
  LOG_LEVEL: choice(['error', 'warn', 'info', 'debug'], {
    doc: 'The least that is logged.',
    default: 'info',
  }),
  LOG_FORMAT: choice(['auto', 'json', 'pretty'], {
    doc: '`json`: one object a line; `pretty`: for people; `auto`: pretty on a terminal, json elsewhere.',
    default: 'auto',
  }),
};
