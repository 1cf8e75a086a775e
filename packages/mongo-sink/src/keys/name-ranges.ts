import type { Document } from 'mongodb';
import type { NameSample } from './name-sample.js';

/** A range of names, compared by bytes. */
export interface NameBounds {
  readonly low: string | undefined;
  /** Excludes `low`. */
  readonly isLowOut: boolean;
  readonly high: string | undefined;
  /** Includes `high`. */
  readonly isHighIn: boolean;
}

const ALL_NAMES: NameBounds = { low: undefined, isLowOut: false, high: undefined, isHighIn: false };

/** The condition on `_id`; `undefined` for all names. */
export function boundsFilter({ low, isLowOut, high, isHighIn }: NameBounds): Document | undefined {
  if (low === undefined && high === undefined) return undefined;
  return {
    ...(low === undefined ? {} : { [isLowOut ? '$gt' : '$gte']: low }),
    ...(high === undefined ? {} : { [isHighIn ? '$lte' : '$lt']: high }),
  };
}

/** The names that begin with a text. */
export function boundsOf(text: string): NameBounds {
  const { $gte: low, $lt: high } = beginsWith(text);
  return text === '' ? ALL_NAMES : { low, isLowOut: false, high, isHighIn: false };
}

/** The rest of a range after a name, in the order of reading. */
export function boundsBeyond(bounds: NameBounds, name: string, isReversed: boolean): NameBounds {
  const edge = isReversed ? bounds.high : bounds.low;
  const order = edge === undefined ? 0 : Buffer.compare(Buffer.from(name), Buffer.from(edge));
  if (isReversed) return order > 0 ? bounds : { ...bounds, high: name, isHighIn: false };
  return order < 0 ? bounds : { ...bounds, low: name, isLowOut: true };
}

/**
 * Cuts names into ranges, in the order of reading. Each range has about twice as many keys as the one before,
 * so a caller that needs few keys queries few. This matters for servers that scan a whole range before they
 * answer. The sample may be old: the ranges always cover each name once, in order.
 * @param first stretches of the sample in the first range.
 * @param most maximum stretches of the sample in one range.
 */
export function* nameRanges(
  bounds: NameBounds,
  sample: NameSample,
  isReversed: boolean,
  { first = 1, most }: { readonly first?: number; readonly most: number },
): Generator<NameBounds> {
  const cuts = cutsWithin(bounds, sample);
  if (isReversed) cuts.reverse();
  let rest = bounds;
  for (
    let taken = 0, step = Math.min(first, most);
    taken + step <= cuts.length;
    taken += step, step = Math.min(step * 2, most)
  ) {
    const cut = cuts[taken + step - 1];
    if (cut === undefined) break;
    yield isReversed ? { ...rest, low: cut, isLowOut: true } : { ...rest, high: cut, isHighIn: true };
    rest = isReversed ? { ...rest, high: cut, isHighIn: true } : boundsBeyond(rest, cut, false);
  }
  yield rest;
}

/** The distinct names of the sample between the bounds, where ranges are cut. */
function cutsWithin({ low, high }: NameBounds, { keys }: NameSample): string[] {
  const [from, to] = [low, high].map((name) => (name === undefined ? undefined : Buffer.from(name)));
  const cuts = keys
    .filter(({ name }) => (!from || Buffer.compare(name, from) > 0) && (!to || Buffer.compare(name, to) < 0))
    .map(({ name }) => name.toString());
  return [...new Set(cuts)];
}

const LAST = 0x10ffff;
/** The surrogates follow this code point. They are not characters. */
const BEFORE_SURROGATES = 0xd7ff;

/**
 * A condition for names that begin with a text, which the index on `_id` serves. Names are compared by bytes.
 */
export function beginsWith(text: string): { $gte: string; $lt?: string } {
  const end = behindAll(text);
  return end === undefined ? { $gte: text } : { $gte: text, $lt: end };
}

/** The smallest text after all texts that begin with this one; `undefined` if there is none. */
function behindAll(text: string): string | undefined {
  const chars = [...text];
  for (let last = chars.pop(); last !== undefined; last = chars.pop()) {
    const point = last.codePointAt(0) ?? LAST;
    if (point < LAST)
      return chars.join('') + String.fromCodePoint(point === BEFORE_SURROGATES ? 0xe000 : point + 1);
  }
  return undefined;
}
