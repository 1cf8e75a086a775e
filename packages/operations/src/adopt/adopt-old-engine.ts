import { oldCollections } from '@redis-to-mongo/mongo-sink';
import type { Line } from '@redis-to-mongo/pipeline';
import type { redisSource } from '@redis-to-mongo/redis-source';
import type { Fleet } from '../key-actions.js';
import { adoptMessages } from './adopt-messages.js';
import { type AdoptReport, emptyReport } from './adopt-report.js';
import { adoptStreams } from './adopt-streams.js';
import { adoptValues, adoptWeeklySets } from './adopt-values.js';
import { KeyChoice } from './key-choice.js';
import { readOldStreams } from './read-old-streams.js';

export type Db = Fleet['db'];

/** The databases and the rules of an adoption, and whether it writes. */
export interface AdoptOptions {
  /** The fleet's database. */
  readonly db: Db;
  /** The database of the old engine. It is only read. */
  readonly oldDb: Db;
  readonly redis: Parameters<typeof redisSource>[0];
  readonly line: Pick<Line, 'separator' | 'rules' | 'now'>;
  readonly wanted: (key: string) => boolean;
  /** Writes the values. If undefined, nothing is written, and everything is counted as if it were. */
  readonly sink: Line['sink'] | undefined;
  /** Called with the number of old documents read. */
  readonly onProgress?: (documents: number) => void;
}

/**
 * Takes over the old engine's data in MongoDB: messages first, each key's document last. So an interrupted
 * adoption can be run again, any number of times, with the same result. No fleet may run at the same time.
 * @param report filled during the run, so that an interrupted run can show its progress.
 * @throws SyncError of class transient or configuration.
 */
export async function adoptOldEngine(
  options: AdoptOptions,
  report: AdoptReport = emptyReport(),
): Promise<AdoptReport> {
  const collections = await oldCollections(options.oldDb);
  const choice = new KeyChoice(options.db, options.wanted);
  const streams = await readOldStreams(options, collections);
  const messages = await adoptMessages(options, collections, streams, choice, report);
  await adoptStreams(options, streams, messages, choice, report);
  await adoptWeeklySets(options, streams, choice, report);
  await adoptValues(options, collections, choice, report);
  return report;
}
