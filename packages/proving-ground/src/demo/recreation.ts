import { grouped } from '@redis-to-mongo/terminal';
import type { Recreation } from '../generator/generator.js';
import type { StreamPlan } from '../generator/plan-keys.js';
import type { History } from '../judge/history.js';
import type { MirrorWatch } from '../mirror-watch.js';

export interface RecreationOptions {
  readonly history: History;
  readonly watch: MirrorWatch;
  readonly say: (line: string) => void;
}

/**
 * How a stream is deleted and made again: once all of its first incarnation is in MongoDB, since what is deleted unread is a
 * gap and can't be compared; and made again once MongoDB shows that it is gone.
 */
export function recreationOf(stream: StreamPlan, { history, watch, say }: RecreationOptions): Recreation {
  const { key } = stream;
  return {
    stream,
    untilDrained: (messages, signal) => watch.untilDrained(key, messages, signal),
    onDeleted: async (signal) => {
      say(`stream ${key} deleted after ${grouped(history.of(key).entries)} messages`);
      await watch.untilRetired(key, signal);
      say(`stream ${key} is retired in MongoDB; its second life begins`);
    },
  };
}
