import type { Redis } from 'ioredis';
import { runPipelines } from '../generator/run-pipeline.js';
import type { StreamCase } from './bench-sizes.js';

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

/**
 * Writes the case's streams, one after another.
 * @throws ProvingError `PROVING_REDIS` if Redis refuses an entry.
 */
export async function fillStreams(redis: Redis, { streams, entries }: StreamCase): Promise<void> {
  const keys = streamKeys({ streams });
  await runPipelines(redis, streams * entries, (pipeline, i) =>
    pipeline.xadd(keys[Math.floor(i / entries)] ?? '', '*', ...entryFields(i % entries)),
  );
}
