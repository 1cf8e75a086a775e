import { oldCollections } from '@redis-to-mongo/mongo-sink';
import { adoptMessages } from './adopt-messages.js';
import type { AdoptOptions } from './adopt-options.js';
import { type AdoptReport, emptyReport } from './adopt-report.js';
import { adoptStreams } from './adopt-streams.js';
import { adoptValues, adoptWeeklySets } from './adopt-values.js';
import { KeyChoice } from './key-choice.js';
import { readOldStreams } from './read-old-streams.js';

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
