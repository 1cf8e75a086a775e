const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,4})?$/;
const LONGEST = 40;

/**
 * Parses a text as a number: a double if its shortest text is exactly the same decimal; a bigint if it is a
 * whole number of 64 bits that a double can't hold. Otherwise `undefined`.
 */
export function exactNumber(text: string): number | bigint | undefined {
  if (text.length > LONGEST || !NUMBER.test(text)) return undefined;
  const double = Number(text);
  if (Number.isFinite(double) && decimalOf(text) === decimalOf(String(double))) {
    // Beyond 2^53, doubles can't distinguish neighboring whole numbers, so the number is stored as an
    // integer.
    if (!/^-?\d+$/.test(text) || Number.isSafeInteger(double)) return double;
  }
  if (!/^-?\d{1,19}$/.test(text)) return undefined;
  const whole = BigInt(text);
  return BigInt.asIntN(64, whole) === whole ? whole : undefined;
}

/** A decimal in normal form: its digits without leading and trailing zeros, and a power of ten. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  if (short === '') return '0';
  return `${sign}${short}e${Number(exponent) - fraction.length + digits.length - short.length}`;
}
