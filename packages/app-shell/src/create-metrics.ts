import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { version } from '@redis-to-mongo/terminal';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of an app. Labels have few values by design: a key type, an error class, an outcome; never a key. */
export type Metrics = ReturnType<typeof createMetrics>;

const EACH_TYPE = KEY_TYPES.map((keyType) => ({ key_type: keyType }));

/** From a read that finds nothing to a slice that takes its whole time. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Makes the app's own registry (nothing is registered globally) with the process' default metrics, event loop lag among
 * them, and the fleet's, all beginning with `r2m_`. Every sample carries the label `app`.
 */
export function createMetrics(app: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ app });
  // Its default of 10 ms is a hundred wake-ups a second: 0.4 % of a core, twice of what an idle worker costs.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  const registers = [registry];
  new Gauge({
    name: 'r2m_build_info',
    help: 'Always 1; the labels are the version and the Node version.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version: version(), node: process.versions.node }, 1);
  const byType = ['key_type'] as const;
  const counter = (name: string, help: string) =>
    fromZero(new Counter({ name: `r2m_${name}`, help, labelNames: byType, registers }), EACH_TYPE);
  const histogram = (name: string, help: string) =>
    new Histogram({ name: `r2m_${name}`, help, labelNames: byType, buckets: SECONDS, registers });

  return {
    registry,
    entriesRead: counter('entries_read_total', 'Entries and members read from Redis.'),
    entriesWritten: counter('entries_written_total', 'Records that MongoDB wrote.'),
    entriesAlreadyThere: counter(
      'entries_already_there_total',
      'Records that an earlier attempt had already written.',
    ),
    streamReads: new Counter({
      name: 'r2m_stream_reads_total',
      help: 'Reads of streams by path: direct or ordinary.',
      labelNames: ['path'],
      registers,
    }),
    deadLetters: counter('dead_letters_total', 'Records that MongoDB refused for their content.'),
    gapEntries: counter('gap_entries_total', 'Entries that Redis dropped before they were read.'),
    trimmedEntries: counter('trimmed_entries_total', 'Entries trimmed from Redis once they were in MongoDB.'),
    bytesRead: counter('bytes_read_total', 'Bytes of content read from Redis.'),
    jobSeconds: new Histogram({
      name: 'r2m_job_seconds',
      help: 'Duration of a whole job.',
      buckets: SECONDS,
      registers,
    }),
    readSeconds: histogram('read_seconds', 'Duration of one read from Redis.'),
    writeSeconds: histogram('write_seconds', 'Duration of one bulk write to MongoDB.'),
    jobs: new Counter({
      name: 'r2m_jobs_total',
      help: 'Jobs by result.',
      labelNames: ['outcome'],
      registers,
    }),
    errors: fromZero(
      new Counter({
        name: 'r2m_errors_total',
        help: 'Errors by class: transient, configuration, unknown.',
        labelNames: ['class'],
        registers,
      }),
      [{ class: 'transient' }, { class: 'configuration' }, { class: 'unknown' }],
    ),
    tailPolls: new Counter({
      name: 'r2m_tail_polls_total',
      help: 'Reads of tailed streams, between their jobs.',
      registers,
    }),
    tailedStreams: new Gauge({
      name: 'r2m_tailed_streams',
      help: 'Streams that this worker tails between their jobs.',
      registers,
    }),
    keys: new Gauge({
      name: 'r2m_keys',
      help: 'Keys that the configuration selects, as of the last sweep.',
      labelNames: byType,
      registers,
    }),
  };
}

/** A counter that is there from the start: the increase from nothing to its first value is none, and would raise no alert. */
function fromZero<Label extends string>(
  counter: Counter<Label>,
  all: readonly Partial<Record<Label, string>>[],
): Counter<Label> {
  for (const labels of all) counter.inc(labels, 0);
  return counter;
}
