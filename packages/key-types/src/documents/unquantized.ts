const MOST = 127;
/** A number that is moved by 0.5 rounds to another integer. */
const LARGEST_STEP = 0.4999;
const STEPS = 40;

/**
 * Returns 32-bit floats, little-endian, that VADD quantizes to the same vector again. `vector` holds
 * normalized floats (`f32`), signs (`bin`), or integers of which 127 stands for `range` (`int8`). VADD also
 * computes the same range and length, with the rounding of x86-64; for about one vector in a thousand it is
 * off by one rounding.
 * @param length of the vector before it was normalized.
 * @param dimensions of a vector of signs, which fill whole bytes.
 */
export function unquantized(
  quantization: string,
  vector: Buffer,
  length: number,
  range: number,
  dimensions: number,
): Buffer {
  if (quantization === 'f32') {
    const normalized = Array.from({ length: vector.length / 4 }, (_, i) => vector.readFloatLE(4 * i));
    const dividends = normalized.map((number) => dividendsOf(Math.abs(number), length));
    return ofLength(length, (by) =>
      dividends.map(([least, largest], i) => signed(by < 0 ? least : largest, normalized[i] ?? 0)),
    );
  }
  if (quantization === 'bin') {
    const part = length / Math.sqrt(dimensions);
    const signs = Array.from({ length: dimensions }, (_, i) => ((vector[i >> 3] ?? 0) >> (i & 7)) & 1);
    return ofLength(length, (by) => signs.map((sign) => (sign ? 1 : -1) * part * (1 + by)));
  }
  const numbers = Array.from({ length: vector.length }, (_, i) => vector.readInt8(i));
  const largest = numbers.findIndex((n) => Math.abs(n) === MOST);
  // Quantization changed the length a little, so each number is moved within the interval that rounds to it.
  return ofLength(length, (by) =>
    numbers.map((n, i) => {
      if (i === largest) return signed(dividendsOf(range, length)[0], n);
      // Other numbers that round to the range may be smaller. A number that rounds to 0 has no sign.
      const step = Math.abs(n) === MOST ? Math.min(by, 0) : n === 0 ? Math.max(by, 0) : by;
      return ((n + (Math.sign(n) || 1) * step) * range * length) / MOST;
    }),
  );
}

/**
 * Finds how far all numbers must be moved to have this length, then how many of them must be moved slightly
 * further.
 */
function ofLength(length: number, moved: (by: number) => readonly number[]): Buffer {
  const isAtMost = (numbers: readonly number[]) => lengthOf(numbers) <= length;
  const [low, high] = bisect(-LARGEST_STEP, LARGEST_STEP, (by) => isAtMost(moved(by)));
  const [less, more] = [moved(low), moved(high)];
  const mixed = (count: number) => less.map((number, i) => (i < count ? (more[i] ?? 0) : number));
  const [count] = bisect(0, less.length, (some) => isAtMost(mixed(some)));
  return floats(mixed(count));
}

/** Halves the interval STEPS times, until both ends nearly meet. The lower end is assumed to fit. */
function bisect(
  from: number,
  to: number,
  fits: (at: number) => boolean,
): readonly [low: number, high: number] {
  let [low, high] = [from, to];
  for (let i = 0; i < STEPS; i++) {
    const middle = (low + high) / 2;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return [low, high];
}

/**
 * The length as VADD computes it: in 32-bit floats, four numbers at a time.
 * Source: hnsw_normalize_vector in https://github.com/redis/redis/blob/8.2/modules/vector-sets/hnsw.c
 */
function lengthOf(numbers: readonly number[]): number {
  const squares = Float32Array.from(numbers).map((number) => number * number);
  const isInFours = (i: number) => i < squares.length - (squares.length % 4);
  let [all, four] = [0, 0];
  for (const [i, square] of squares.entries()) {
    if (!isInFours(i)) all = Math.fround(all + square);
    else {
      four = i % 4 === 0 ? square : Math.fround(four + square);
      if (i % 4 === 3) all = Math.fround(all + four);
    }
  }
  return Math.fround(Math.sqrt(all));
}

/**
 * The smallest and the largest 32-bit float near `quotient * length` that, divided by the length, give the
 * quotient again. Neither parameter is negative.
 */
function dividendsOf(quotient: number, length: number): readonly [least: number, largest: number] {
  const near = [-3, -2, -1, 0, 1, 2, 3].map((n) => Math.fround(quotient * length * (1 + n * 2 ** -24)));
  const exact = near.filter((number) => Math.fround(number / length) === Math.fround(quotient));
  return [exact[0] ?? quotient * length, exact.at(-1) ?? quotient * length];
}

function signed(number: number, like: number): number {
  return like < 0 ? -number : number;
}

function floats(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [i, number] of numbers.entries()) bytes.writeFloatLE(number, 4 * i);
  return bytes;
}
