import type { Redis } from 'ioredis';
import { runPipeline } from '../generator/run-pipeline.js';
import type { StreamCase } from './bench-sizes.js';

/** Commands in one pipeline. */
const PIPELINED = 2_000;

export function streamKeys({ streams }: Pick<StreamCase, 'streams'>): string[] {
  return Array.from({ length: streams }, (_, i) => `load-${i}`);
}

/** The nth entry: 5 fields, names and values of about 200 bytes together. */
export function entryFields(n: number): string[] {
  const number = String(n).padStart(10, '0');
  return [
    ...['event', n % 3 === 0 ? 'order.created' : 'order.changed', 'account', `account-${number}`],
    ...['amount', `${n % 1_000}.${String(n % 100).padStart(2, '0')}`, 'trace', number.repeat(4)],
    ...[
      'note',
      `delivered to the door of house number ${n % 97}, signed for by nobody, as it was raining hard`,
    ],
  ];
}

/** Writes the case's streams, one after the other. @throws ProvingError `PROVING_REDIS` when Redis refuses an entry. */
export async function fillStreams(redis: Redis, load: StreamCase): Promise<void> {
  let pipeline = redis.pipeline();
  for (const key of streamKeys(load))
    for (let n = 0; n < load.entries; n++) {
      pipeline.xadd(key, '*', ...entryFields(n));
      if (pipeline.length < PIPELINED) continue;
      await runPipeline(pipeline);
      pipeline = redis.pipeline();
    }
  await runPipeline(pipeline);
}
