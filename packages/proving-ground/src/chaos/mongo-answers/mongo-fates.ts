import { type Random, seededRandom, wholeFrom } from '../../generator/random.js';
import type { ChooseFate, Fate } from './mongo-answers.js';

/** The share of commands that do not pass. */
const SHARE = 0.1;
const LATE_MS = [500, 8_000] as const;

const OF_ALL: readonly Fate[] = ['refused', 'done and refused', 'answer cut', 'command cut', 'answer late'];
const OF_WRITES: readonly Fate[] = [...OF_ALL, 'done in part', 'records refused', 'not confirmed'];

/** Codes of a server that is away for a moment: elections, shutdowns, time limits, conflicts, lost connections. */
const CODES = [6, 7, 24, 43, 50, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13435] as const;
const OF_WRITE_CONCERNS = [64, 91, 100, 189, 10107, 11602] as const;

/** Chooses the fate of each command at random. @param seed from 0 to 1. */
export function mongoFates(seed: number): ChooseFate {
  const random = seededRandom(Math.floor(seed * 2 ** 32));
  return (command) => {
    if (random() > SHARE) return undefined;
    const fate = chosen(random, /^(insert|update|delete)$/.test(command) ? OF_WRITES : OF_ALL);
    const code = chosen(random, fate === 'not confirmed' ? OF_WRITE_CONCERNS : CODES);
    const labels = random() < 0.5 ? ['RetryableWriteError'] : [];
    return { fate, code, labels, share: random(), lateMs: wholeFrom(random, ...LATE_MS) };
  };
}

function chosen<T>(random: Random, all: readonly T[]): T {
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new RangeError('nothing to choose from');
  return one;
}
