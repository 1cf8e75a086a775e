import { REVISION_LEAP } from '@redis-to-mongo/mongo-sink';
import type { Document } from 'mongodb';

/** Most problems of one stream that are described. */
const MAX_REPORTED = 5;

/** The findings about one stream. */
export class StreamFindings {
  /** Entries that were written. */
  entries = 0;
  documents = 0;
  dead = 0;
  /** Entries that are neither a message nor a dead letter, and no longer in Redis. They must be in a gap. */
  lost = 0;
  /** Entries that Redis still holds, but MongoDB does not. */
  missing = 0;
  /** Surplus messages and dead letters: more than one per entry. */
  duplicated = 0;
  /** Other differences from what was written: content, order, counts. */
  different = 0;
  /** Entries that the fleet counted as gaps. */
  gap = 0;
  alreadyThere = 0;
  readonly problems: string[] = [];

  constructor(readonly key: string) {}

  /** Records a problem. @param count number of entries with this problem. */
  report(problem: string, kind: 'missing' | 'duplicated' | 'different' = 'different', count = 1): void {
    this[kind] += count;
    if (this.problems.length < MAX_REPORTED) this.problems.push(`${this.key}: ${problem}`);
  }
}

/**
 * Checks whether the counts of a stream's document in `keys` agree with the findings.
 *
 * If a worker writes an entry and dies before it saves the position, and Redis then drops the entry, it is
 * both a document and a gap. So there may be more documents than seen entries, but seen + gap is always the
 * number of written entries. Of a stream that was deleted unread, the fleet counts as gap only what it knew
 * of: at most the lost entries. A stream that was read from the start again, because MongoDB was set back,
 * counts lost entries and those found there once more.
 * @param deletedUnread whether the stream was deleted unread, so its lost entries need not be known.
 */
export function judgeCounts(record: Document | null, findings: StreamFindings, deletedUnread: boolean): void {
  if (!record) {
    findings.report('MongoDB does not know of the stream');
    return;
  }
  const counts: Readonly<Record<string, number>> = record.counts ?? {};
  const { seen = 0, written = 0, alreadyThere = 0, dead = 0, gap = 0 } = counts;
  const { entries, documents, lost } = findings;
  findings.gap = gap;
  findings.alreadyThere = alreadyThere;
  if (seen !== written + alreadyThere + dead)
    findings.report(
      `${seen} seen, but ${written} written, ${alreadyThere} already there and ${dead} dead letters`,
    );
  if (record.revision >= REVISION_LEAP) return;
  if (seen > documents + findings.dead)
    findings.report(`${seen} seen, but only ${documents} documents and ${findings.dead} dead letters`);
  if (deletedUnread ? seen + gap > entries : seen + gap !== entries)
    findings.report(`${entries} written, but ${seen} seen and ${gap} in gaps`);
  if (!deletedUnread && gap < lost) findings.report(`${lost} entries lost, but only ${gap} in gaps`);
}
