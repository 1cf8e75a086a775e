import { CONNECT } from '../bench-result.js';
import { checkCount } from '../check-mirror.js';
import { type ConnectCall, ConnectProcess, FOR_THROUGHPUT } from '../connect-process.js';
import { streamKeys } from '../fill-streams.js';
import { untilMirrored } from '../followers/until-mirrored.js';
import { meter } from '../usage-meter.js';
import type { Contestant } from './contestant.js';

/** Redpanda Connect: the clock runs from its start until all is in MongoDB, since it reads as soon as it is up. */
export function connectContestant(call: ConnectCall): Contestant {
  return {
    who: CONNECT,
    run: async (place, target, load) => {
      const { streams } = load;
      const connect = await ConnectProcess.start(call, place, target, {
        ...{ sourceUrl: place.shelfUrl, streams, settings: FOR_THROUGHPUT },
      });
      const entries = streams * load.entries;
      try {
        const end = await meter({ ours: connect.pids, redis: place.redisServer.pid, mongo: target.pid });
        await untilMirrored(place, CONNECT, target, entries, () => connect.isOver);
        const usage = await end();
        await checkCount(target, entries);
        return { ...usage, entries };
      } finally {
        await connect[Symbol.asyncDispose]();
        // Its consumer groups are kept in the streams.
        const pipeline = place.shelf.pipeline();
        for (const key of streamKeys(load)) pipeline.xgroup('DESTROY', key, 'bench');
        await pipeline.exec();
      }
    },
  };
}
