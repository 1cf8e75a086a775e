import { UNEXPECTED } from '@redis-to-mongo/pipeline';
import { counted, time } from '@redis-to-mongo/terminal';
import { type FleetFacts, type Reading, type SourceAnswers, STATUS_TIMEOUT } from './fleet-facts.js';
import type { Comparison } from './identity/compare-fleets.js';
import { isTraceKept } from './judge-queue.js';
import type { Reason, ReasonCode } from './verdict.js';

/**
 * Reasons from servers that do not answer or accept no writes. Without any one of the three, no data is
 * copied.
 */
export function serverReasons({
  queue,
  queueWrites,
  mirror,
  mirrorWrites,
  source,
  identity,
}: FleetFacts): readonly Reason[] {
  return [
    // If the identity cannot be read, one of the servers cannot be read either, and is reported.
    'is' in identity
      ? otherFleet(identity.is, !('is' in queue) || isTraceKept(queue.is, queueWrites))
      : undefined,
    trouble('queue-unreadable', 'The queue’s Redis cannot be read', queue),
    isSlow(mirror, mirrorWrites) ? SLOW : trouble('target-unreadable', 'MongoDB cannot be read', mirror),
    trouble('source-unreachable', 'The source Redis cannot be read', source) ?? partOfSource(source),
    // A server that cannot be read was already reported.
    'is' in queue
      ? trouble('queue-refuses-writes', 'The queue’s Redis accepts no writes', queueWrites)
      : undefined,
    'is' in mirror ? trouble('target-refuses-writes', 'MongoDB accepts no writes', mirrorWrites) : undefined,
  ].filter((reason) => reason !== undefined);
}

const SLOW: Reason = {
  code: 'target-slow',
  level: 'unknown',
  what: 'MongoDB is too slow to say what it holds',
  remedy:
    'It takes writes, but did not answer the queries of this verdict in time: check its load, and its indexes: redis-to-mongo doctor.',
};

/** Whether MongoDB takes writes, and only the reading took too long. */
function isSlow(mirror: Reading<unknown>, writes: Reading<unknown>): boolean {
  return 'error' in mirror && mirror.error.code === STATUS_TIMEOUT && 'is' in writes;
}

function trouble(code: ReasonCode, what: string, fact: Reading<unknown>): Reason | undefined {
  if ('is' in fact) return undefined;
  const { error } = fact;
  // The message of an unexpected error may quote data.
  const why = error.code === UNEXPECTED ? 'check the log' : error.message;
  return { code, level: 'broken', what, remedy: `${error.code}: ${why}.` };
}

/** A replica resumes after a short break by itself. From this time on, in ms, its primary counts as lost. */
const CUT_OFF_MS = 5_000;

function partOfSource(source: Reading<SourceAnswers>): Reason | undefined {
  if (!('is' in source)) return undefined;
  const { masters, silent, cutOffMs = 0 } = source.is;
  if (cutOffMs >= CUT_OFF_MS)
    return {
      code: 'source-unreachable',
      level: 'broken',
      what: `The source Redis is a replica that has lost its primary for ${time(cutOffMs)}`,
      remedy:
        'It has received no changes since. Start the primary, or check the link: INFO replication of the source.',
    };
  if (silent.length === 0) return undefined;
  return {
    code: 'source-unreachable',
    level: 'broken',
    what: `${silent.length} of ${counted(masters, 'master', 'masters')} of the source cluster ${silent.length === 1 ? 'does' : 'do'} not answer`,
    remedy: `Start ${silent.join(', ')}, or have a replica take over. Keys of the other masters are mirrored, if the cluster serves them meanwhile (cluster-require-full-coverage no).`,
  };
}

/** @param areMarksKept see isTraceKept. If not, a missing mark is no sign of another fleet. */
function otherFleet(comparison: Comparison, areMarksKept: boolean): Reason | undefined {
  const isSure = comparison.is === 'other';
  if (comparison.is === 'same' || (!isSure && !areMarksKept)) return undefined;
  return {
    code: 'other-fleet',
    level: isSure ? 'broken' : 'unknown',
    what: isSure
      ? 'These settings are not those of the fleet'
      : 'These settings may be those of another fleet',
    remedy: `${comparison.what}: check ${comparison.options.join(', ')}; after a deliberate move: redis-to-mongo fleet move.`,
  };
}
