import { type Attributes, context, type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import {
  asSyncError,
  type Batch,
  type Line,
  type Sink,
  type Source,
  type Syncer,
} from '@redis-to-mongo/pipeline';
import { type ReadArguments, wrapReads } from './wrap-reads.js';

/**
 * Adds a trace span for each load, read, write and save, inside the job's span. Spans contain keys, counts
 * and error codes, never values.
 */
export function tracedLine(line: Line): Line {
  const tracer = trace.getTracer('redis-to-mongo');
  return {
    ...line,
    source: tracedSource(line.source, tracer),
    sink: tracedSink(line.sink, tracer),
  };
}

function tracedSource(source: Source, tracer: Tracer): Source {
  return {
    ...wrapReads(source, (syncer, args) => tracedRead(syncer, tracer, args)),
    readSmall: (keys, budget) =>
      within(tracer, 'read', { keys: keys.length }, async (span) => {
        const reading = await source.readSmall(keys, budget);
        describe(span, { bytes: reading.bytes });
        return reading;
      }),
  };
}

/** Runs each read in its own span. The span measures the read, not the consumer's work between reads. */
async function* tracedRead(syncer: Syncer, tracer: Tracer, args: ReadArguments): AsyncGenerator<Batch> {
  const [{ key }] = args;
  const batches = syncer.read(...args)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await within(tracer, 'read', { key, keyType: syncer.keyType }, async (span) => {
        const read = await batches.next();
        if (!read.done) describe(span, { entries: read.value.entries, bytes: read.value.bytes });
        return read;
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await batches.return?.();
  }
}

function tracedSink(sink: Sink, tracer: Tracer): Sink {
  return {
    load: (key) => within(tracer, 'load', { key }, () => sink.load(key)),
    write: (state, writes) =>
      within(tracer, 'write', { key: state.key, keyType: state.keyType }, async (span) => {
        const outcome = await sink.write(state, writes);
        const { written, alreadyThere, dead, settled } = outcome;
        describe(span, { written, alreadyThere, dead, settled });
        return outcome;
      }),
    save: (before, next) =>
      within(tracer, 'save', { key: next.key, revision: next.revision }, () => sink.save(before, next)),
    leave: (before) => within(tracer, 'write', { key: before.key }, () => sink.leave(before)),
    newestIncarnation: (state) =>
      within(tracer, 'load', { key: state.key }, () => sink.newestIncarnation(state)),
    entryIds: (state) => within(tracer, 'load', { key: state.key }, () => sink.entryIds(state)),
    hasValue: (state, value) => within(tracer, 'load', { key: state.key }, () => sink.hasValue(state, value)),
    many: {
      load: (keys) => within(tracer, 'load', { keys: keys.length }, () => sink.many.load(keys)),
      replace: (values) => within(tracer, 'write', { keys: values.length }, () => sink.many.replace(values)),
      save: (savings) => within(tracer, 'save', { keys: savings.length }, () => sink.many.save(savings)),
    },
  };
}

async function within<T>(
  tracer: Tracer,
  name: string,
  about: Attributes,
  run: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracer.startSpan(name);
  describe(span, about);
  try {
    return await context.with(trace.setSpan(context.active(), span), () => run(span));
  } catch (error) {
    // A driver's error message can quote values.
    span.setStatus({
      code: SpanStatusCode.ERROR,
      message: asSyncError(error).code,
    });
    throw error;
  } finally {
    span.end();
  }
}

/** Attributes under the project's own prefix. */
function describe(span: Span, about: Attributes): void {
  for (const [name, value] of Object.entries(about)) span.setAttribute(`r2m.${name}`, value ?? '');
}
