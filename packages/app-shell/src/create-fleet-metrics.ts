import { Gauge, type Registry } from 'prom-client';

/** The metrics about the whole fleet. */
export type FleetMetrics = ReturnType<typeof createFleetMetrics>;

/**
 * Adds the gauges about the whole fleet. Only the active scheduler exports them; a standby omits them,
 * instead of reporting 0. Only a few have a key as a label.
 */
export function createFleetMetrics(registry: Registry) {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `r2m_${name}`, help, labelNames, registers: [registry] });
  const hooks: { beforeScrape?: (() => void) | undefined } = {};
  const gauges = {
    // Must be first: its hook sets the gauges that follow.
    mirrorComplete: new Gauge({
      name: 'r2m_mirror_complete',
      help: '1 if the mirror is complete, else 0.',
      registers: [registry],
      collect: () => hooks.beforeScrape?.(),
    }),
    notCompleteReasons: gauge(
      'not_complete_reasons',
      'Reasons why the mirror is not complete: 1 for each.',
      'reason',
    ),
    workers: gauge('workers', 'Live workers.'),
    schedulers: gauge('schedulers', 'Live schedulers, including the active one.'),
    pausedWorkers: gauge('paused_workers', 'Workers that are paused until their configuration is fixed.'),
    failingKeys: gauge('failing_keys', 'Keys whose last job failed.'),
    lastHourGapEntries: gauge(
      'last_hour_gap_entries',
      'Entries that Redis dropped before they were read, noticed in the last hour.',
    ),
    deadLettersKept: gauge(
      'kept_dead_letters',
      'Records that MongoDB refused, and that were neither written since nor dropped.',
    ),
    missingKeys: gauge(
      'missing_keys',
      'Streams and sets that are scheduled and have no document in MongoDB.',
    ),
    lagEntries: gauge(
      'lag_entries',
      'Entries in Redis that are not in MongoDB yet, as of each key’s last sync.',
    ),
    lagSeconds: gauge(
      'lag_seconds',
      'Age of the last synced entry of the stream that is furthest behind; 0 for none.',
    ),
    laggingKeys: gauge('lagging_keys', 'Keys with entries that are not in MongoDB yet.'),
    keyLagEntries: gauge(
      'key_lag_entries',
      'Entries not in MongoDB yet, of the ten keys that are furthest behind.',
      'key',
    ),
    queueJobs: gauge('queue_jobs', 'Jobs in the queue by state: waiting, active, delayed, failed.', 'state'),
    dueKeys: gauge('due_keys', 'Keys with a noticed change and no successful job since.'),
    trimForecastSeconds: gauge(
      'trim_forecast_seconds',
      'Time until trimming reaches unread entries, of the ten most urgent streams.',
      'key',
    ),
    dueSeconds: gauge('due_seconds', 'Age of the oldest open request.'),
    untriedSeconds: gauge(
      'untried_seconds',
      'Age of the oldest open request of a key whose last job did not fail; of all keys if very many fail.',
    ),
  };
  const { keyLagEntries, queueJobs, trimForecastSeconds, notCompleteReasons, ...single } = gauges;
  const clear = () => {
    hooks.beforeScrape = undefined;
    keyLagEntries.reset();
    queueJobs.reset();
    trimForecastSeconds.reset();
    notCompleteReasons.reset();
    for (const each of Object.values(single)) each.remove();
  };
  clear();
  return { ...gauges, hooks, clear };
}
