import type { AppContext } from '@redis-to-mongo/app-shell';
import type { Config } from '@redis-to-mongo/config';
import type { Clients } from '@redis-to-mongo/operations';
import { ByteBudget, type Line, type RuleBook } from '@redis-to-mongo/pipeline';
import { type DirectPath, openDirectPath } from './open-direct-path.js';
import { openSink } from './open-sink.js';
import { type OpenedSource, openSource } from './open-source.js';
import type { Retries } from './retries.js';

export interface LineParts {
  readonly clients: Pick<Clients, 'redis' | 'mongo' | 'onError'>;
  readonly rules: RuleBook;
  readonly maxDocumentBytes: number;
  readonly isTraced: boolean;
  readonly retries: Retries;
  readonly at: Line['at'];
}

export interface OpenedLine {
  readonly line: Line;
  readonly source: OpenedSource;
  readonly path: DirectPath;
}

/** The line of a worker, from its source to its sink. */
export async function openLine(
  app: AppContext,
  config: Config,
  { clients: { redis, mongo, onError }, rules, maxDocumentBytes, isTraced, retries, at }: LineParts,
): Promise<OpenedLine> {
  const path = await openDirectPath(config, app);
  const reading = { redis, rules, direct: path.direct, onError: onError('load limit') };
  const source = openSource(config, app, reading);
  const writing = { db: mongo.db, at, retries, maxDocumentBytes, newSequence: path.newSequence };
  const line: Line = {
    source: source.source,
    sink: openSink(config, app, writing),
    separator: config.keys.separator,
    rules,
    budget: new ByteBudget(config.sync.readAheadBytes),
    now: () => new Date(),
    ...(at ? { at } : {}),
  };
  return { line: isTraced ? (await import('./traced-line.js')).tracedLine(line) : line, source, path };
}
