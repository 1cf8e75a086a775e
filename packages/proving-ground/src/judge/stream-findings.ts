import { REVISION_LEAP } from '@redis-to-mongo/mongo-sink';
import type { Document } from 'mongodb';

/** How many problems of one stream are reported in words. */
const MAX_REPORTED = 5;

/** What was found about one stream. */
export class StreamFindings {
  /** Ever written. */
  entries = 0;
  documents = 0;
  dead = 0;
  /** Neither a message nor a dead letter, and not in Redis anymore: must be among the gaps. */
  lost = 0;
  /** Redis still holds them, and MongoDB has them nowhere. */
  missing = 0;
  /** Messages and dead letters beyond the one that each entry has. */
  duplicated = 0;
  /** What else is not as it was written: content, order, counts. */
  different = 0;
  /** Counted as gaps. */
  gap = 0;
  alreadyThere = 0;
  readonly problems: string[] = [];

  constructor(readonly key: string) {}

  /** Notes a problem. @param count the entries that it is about. */
  report(problem: string, kind: 'missing' | 'duplicated' | 'different' = 'different', count = 1): void {
    this[kind] += count;
    if (this.problems.length < MAX_REPORTED) this.problems.push(`${this.key}: ${problem}`);
  }
}

/**
 * Whether the counts of a stream's document in `keys` add up with what was found.
 *
 * An entry that was written by a worker that died before it saved the position, and that Redis then dropped, is a
 * document and a gap. So documents may be more than seen; but seen and gap together are all that was ever written. Of a
 * stream that was deleted unread, the fleet can count as gap only what it knew of: at most what was lost. One that was read from the
 * start again, since MongoDB was set back, counts what was lost, and what it found there, once more.
 * @param deletedUnread the stream was deleted, and what was lost with it need not be known.
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
