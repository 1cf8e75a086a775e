import { CONNECT } from '../bench-result.js';
import { checkCount, untilMirrored } from '../check-mirror.js';
import {
  type ConnectCall,
  ConnectProcess,
  type ConnectSettings,
  FOR_THROUGHPUT,
} from '../connect-process.js';
import { streamKeys } from '../fill-streams.js';
import { type Contestant, type Follower, followBy } from './contestant.js';

/**
 * Redpanda Connect. It reads as soon as it is up, so the clock runs from its start until all is in MongoDB.
 */
export function connectContestant(call: ConnectCall): Contestant {
  return {
    who: CONNECT,
    run: async (bench, target, load) => {
      const { streams } = load;
      const connect = await ConnectProcess.start(call, bench, target, {
        ...{ sourceUrl: bench.stagingUrl, streams, settings: FOR_THROUGHPUT },
      });
      const entries = streams * load.entries;
      try {
        const end = await bench.meter(connect.pids, target);
        await untilMirrored(bench, CONNECT, target, entries, () => connect.isOver);
        const usage = await end();
        await checkCount(target, entries);
        return { ...usage, entries };
      } finally {
        await connect[Symbol.asyncDispose]();
        // Redis keeps its consumer groups in the streams.
        const pipeline = bench.staging.pipeline();
        for (const key of streamKeys(load)) pipeline.xgroup('DESTROY', key, 'bench');
        await pipeline.exec();
      }
    },
  };
}

/** Redpanda Connect with a consumer group: after a restart it continues after the last acknowledged entry. */
export function connectFollower(who: string, call: ConnectCall, settings: ConnectSettings): Follower {
  return {
    who,
    lookUp: 'content',
    takesBacklog: true,
    start: async (bench, target, streams) => {
      const what = { sourceUrl: bench.redisServer.url, streams, settings };
      return await followBy(() => ConnectProcess.start(call, bench, target, what));
    },
  };
}
