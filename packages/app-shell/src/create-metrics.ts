import { KEY_TYPES } from '@redis-to-mongo/key-types';
import { version } from '@redis-to-mongo/terminal';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/**
 * The metrics of an app. Labels have few values by design: a key type, an error class, an outcome; never a
 * key.
 */
export type Metrics = ReturnType<typeof createMetrics>;

const EACH_TYPE = KEY_TYPES.map((keyType) => ({ key_type: keyType }));

/** Buckets from a read that finds nothing to a slice that uses its whole time. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Creates the app's own registry (not the global one). It has the process's default metrics, including event
 * loop lag, and the fleet's metrics, which begin with `r2m_`. Every sample has the label `app`.
 */
export function createMetrics(app: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ app });
  // The default of 10 ms means a hundred wake-ups per second: 0.4 % of a core, twice the cost of an idle
  // worker.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  const registers = [registry];
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `r2m_${name}`, help, labelNames, registers });
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name: `r2m_${name}`, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Histogram({ name: `r2m_${name}`, help, labelNames, buckets: SECONDS, registers });
  const byType = (name: string, help: string) => fromZero(counter(name, help, 'key_type'), EACH_TYPE);

  gauge('build_info', 'Always 1; the labels are the version and the Node version.', 'version', 'node').set(
    { version: version(), node: process.versions.node },
    1,
  );
  return {
    registry,
    entriesRead: byType('entries_read_total', 'Entries and members read from Redis.'),
    entriesWritten: byType('entries_written_total', 'Records that MongoDB wrote.'),
    entriesAlreadyThere: byType(
      'entries_already_there_total',
      'Records that an earlier attempt had already written.',
    ),
    streamReads: counter('stream_reads_total', 'Reads of streams by path: direct or ordinary.', 'path'),
    deadLetters: byType('dead_letters_total', 'Records that MongoDB refused for their content.'),
    gapEntries: byType('gap_entries_total', 'Entries that Redis dropped before they were read.'),
    trimmedEntries: byType('trimmed_entries_total', 'Entries trimmed from Redis once they were in MongoDB.'),
    bytesRead: byType('bytes_read_total', 'Bytes of content read from Redis.'),
    jobSeconds: histogram('job_seconds', 'Duration of a whole job.'),
    readSeconds: histogram('read_seconds', 'Duration of one read from Redis.', 'key_type'),
    writeSeconds: histogram('write_seconds', 'Duration of one bulk write to MongoDB.', 'key_type'),
    jobs: counter('jobs_total', 'Jobs by result.', 'outcome'),
    errors: fromZero(
      counter('errors_total', 'Errors by class: transient, configuration, unknown.', 'class'),
      ['transient', 'configuration', 'unknown'].map((errorClass) => ({ class: errorClass })),
    ),
    sweeps: fromZero(
      counter(
        'sweeps_total',
        'Sweeps over all keys: routine, or since changes may have been missed.',
        'cause',
      ),
      ['routine', 'missed'].map((cause) => ({ cause })),
    ),
    tailPolls: counter('tail_polls_total', 'Reads of tailed streams, between their jobs.'),
    tailedStreams: gauge('tailed_streams', 'Streams that this worker tails between their jobs.'),
    keys: gauge('keys', 'Keys that the configuration selects, as of the last sweep.', 'key_type'),
  };
}

/**
 * Initializes a counter's labels with 0. Otherwise the first increase would not be visible as one, and would
 * raise no alert.
 */
function fromZero<Label extends string>(
  counter: Counter<Label>,
  all: readonly Partial<Record<Label, string>>[],
): Counter<Label> {
  for (const labels of all) counter.inc(labels, 0);
  return counter;
}
