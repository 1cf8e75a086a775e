const MOST = 127;
const STEPS = 60;

/**
 * 32-bit floats, little-endian, that VADD quantizes to the same vector again: `f32` normalized floats, `bin` signs, `int8` numbers
 * of which 127 stands for `range`. Quantization had changed the length of an int8 vector from 1 a little. Each number is moved
 * within the interval that rounds to it, so that the length is 1 again, and VADD finds the same range.
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
  if (quantization === 'f32')
    return floats(Array.from({ length: vector.length / 4 }, (_, i) => vector.readFloatLE(4 * i) * length));
  if (quantization === 'bin') {
    const bits = Array.from({ length: dimensions }, (_, i) =>
      ((vector[i >> 3] ?? 0) >> (i & 7)) & 1 ? 1 : -1,
    );
    return floats(bits.map((sign) => (sign * length) / Math.sqrt(bits.length)));
  }
  const numbers = Array.from({ length: vector.length }, (_, i) => vector.readInt8(i));
  const largest = numbers.findIndex((n) => Math.abs(n) === MOST);
  const moved = (by: number) =>
    numbers.map((n, i) => {
      // One number is the range itself; others that round to it may be less. A number that rounds to 0 has no sign.
      const step =
        i === largest ? 0 : Math.abs(n) === MOST ? Math.min(by, 0) : n === 0 ? Math.max(by, 0) : by;
      return ((n + (Math.sign(n) || 1) * step) * range) / MOST;
    });
  let [low, high] = [-0.49, 0.49];
  for (let i = 0; i < STEPS; i++) {
    const middle = (low + high) / 2;
    if (Math.hypot(...moved(middle)) > 1) high = middle;
    else low = middle;
  }
  return floats(moved(low).map((n) => n * length));
}

function floats(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [i, number] of numbers.entries()) bytes.writeFloatLE(number, 4 * i);
  return bytes;
}
