import type { BenchEnvironment, Target } from '../bench-environment.js';
import { BenchProcess, numberIn } from '../bench-process.js';
import { compareMirror } from '../check-mirror.js';
import type { MessageTarget } from './contestant.js';

/** Opens an empty MongoDB database. */
export async function openMongoTarget(bench: BenchEnvironment): Promise<MessageTarget & Target> {
  const target = await bench.openTarget();
  return {
    ...target,
    count: () => target.db.collection('stream_messages').countDocuments({}),
    compare: () => compareMirror(bench, target),
  };
}

/** Starts the sink that only acknowledges. It counts messages, and has nothing to compare. */
export async function openAckTarget(): Promise<MessageTarget> {
  const process = await BenchProcess.start('ack-sink', {});
  return {
    uri: `mongodb://127.0.0.1:${numberIn(process.atStart, 'port')}/?directConnection=true`,
    dbName: 'bench',
    pid: process.pids[0],
    count: async () => {
      process.send('count');
      return numberIn(await process.report(), 'inserted');
    },
    compare: async () => {},
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}
