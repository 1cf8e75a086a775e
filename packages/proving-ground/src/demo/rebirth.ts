import { grouped } from '@redis-to-mongo/terminal';
import type { Rebirth } from '../generator/generator.js';
import type { Ledger } from '../generator/ledger.js';
import type { StreamPlan } from '../generator/plan-keys.js';
import type { MirrorWatch } from '../mirror-watch.js';

export interface RebirthOptions {
  readonly ledger: Ledger;
  readonly watch: MirrorWatch;
  readonly say: (line: string) => void;
}

/**
 * How a stream is deleted and made again: once all of its first life is in MongoDB, since what is deleted unread is a
 * gap and can't be compared; and made again once MongoDB tells that it has gone.
 */
export function rebirthOf(stream: StreamPlan, { ledger, watch, say }: RebirthOptions): Rebirth {
  const { key } = stream;
  return {
    stream,
    untilDrained: (messages, signal) => watch.untilDrained(key, messages, signal),
    onDeleted: async (signal) => {
      say(`stream ${key} deleted after ${grouped(ledger.count(key))} messages`);
      await watch.untilRetired(key, signal);
      say(`stream ${key} is retired in MongoDB; its second life begins`);
    },
  };
}
