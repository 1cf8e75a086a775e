import type { FleetFacts, Known } from './fleet-facts.js';
import type { Reason, ReasonCode } from './verdict.js';

/** Servers that do not answer, or take no writes: without any of the three nothing is copied. */
export function serverReasons({
  queue,
  queueWrites,
  mirror,
  mirrorWrites,
  source,
}: FleetFacts): readonly Reason[] {
  return [
    ...trouble('queue-unreadable', 'The queue’s Redis can’t be read', queue),
    ...trouble('target-unreadable', 'MongoDB can’t be read', mirror),
    ...trouble('source-unreachable', 'The source Redis does not answer', source),
    // A server that can't even be read was told.
    ...('is' in queue
      ? trouble('queue-refuses-writes', 'The queue’s Redis takes no writes', queueWrites)
      : []),
    ...('is' in mirror ? trouble('target-refuses-writes', 'MongoDB takes no writes', mirrorWrites) : []),
  ];
}

function trouble(code: ReasonCode, what: string, fact: Known<unknown>): readonly Reason[] {
  if ('is' in fact) return [];
  const { error } = fact;
  // The text of an error that nobody knows may quote data.
  const why = error.errorClass === 'unknown' ? 'see the log' : error.message;
  return [{ code, level: 'broken', what, remedy: `${error.code}: ${why}` }];
}
