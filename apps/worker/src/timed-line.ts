import type { Metrics } from '@redis-to-mongo/app-shell';
import type { Batch, Sink, Source } from '@redis-to-mongo/pipeline';
import { throughReads } from './through-reads.js';

/** The same source, whose reads are timed. */
export function timedSource(source: Source, { readSeconds }: Metrics): Source {
  return throughReads(source, (syncer, args) => timed(syncer.read(...args), syncer.keyType, readSeconds));
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

/** The same sink, whose writes are timed. */
export function timedSink(sink: Sink, { writeSeconds }: Metrics): Sink {
  return {
    load: (key) => sink.load(key),
    save: (before, next) => sink.save(before, next),
    write: async (state, writes) => {
      const end = writeSeconds.startTimer({ key_type: state.keyType });
      return await sink.write(state, writes).finally(end);
    },
  };
}
