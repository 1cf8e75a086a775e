import type { Metrics } from '@redis-to-mongo/app-shell';
import type { Batch, Sink, Source } from '@redis-to-mongo/pipeline';
import { wrapReads } from './wrap-reads.js';

/** The label in place of a key type if small values of several types are read or written together. */
const TOGETHER = 'many';

/** Measures the reads of a source. */
export function timedSource(source: Source, { readSeconds }: Metrics): Source {
  const timedReads = wrapReads(source, (syncer, args) =>
    timed(syncer.read(...args), syncer.keyType, readSeconds),
  );
  return {
    ...timedReads,
    async readSmall(keys, budget) {
      const end = readSeconds.startTimer({ key_type: TOGETHER });
      return await source.readSmall(keys, budget).finally(end);
    },
  };
}

async function* timed(
  batches: AsyncIterable<Batch>,
  keyType: string,
  seconds: Metrics['readSeconds'],
): AsyncGenerator<Batch> {
  let end = seconds.startTimer({ key_type: keyType });
  for await (const batch of batches) {
    end();
    yield batch;
    end = seconds.startTimer({ key_type: keyType });
  }
}

/** Measures the writes of a sink. */
export function timedSink(sink: Sink, { writeSeconds }: Metrics): Sink {
  return {
    ...sink,
    write: async (state, writes) => {
      const end = writeSeconds.startTimer({ key_type: state.keyType });
      return await sink.write(state, writes).finally(end);
    },
    many: {
      ...sink.many,
      replace: async (values) => {
        const end = writeSeconds.startTimer({ key_type: TOGETHER });
        return await sink.many.replace(values).finally(end);
      },
    },
  };
}
