const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,4})?$/;
const LONGEST = 40;

/**
 * The number that a text means: a double where it says exactly the same decimal (its shortest text does), a bigint where
 * it is a whole number of 64 bits that a double can't hold. `undefined` where there is no such number.
 */
export function exactNumber(text: string): number | bigint | undefined {
  if (text.length > LONGEST || !NUMBER.test(text)) return undefined;
  const double = Number(text);
  if (Number.isFinite(double) && decimalOf(text) === decimalOf(String(double))) {
    // Beyond 2^53 a whole number's neighbors have no doubles: as an integer it compares exactly.
    if (!/^-?\d+$/.test(text) || Number.isSafeInteger(double)) return double;
  }
  if (!/^-?\d{1,19}$/.test(text)) return undefined;
  const whole = BigInt(text);
  return BigInt.asIntN(64, whole) === whole ? whole : undefined;
}

/** A decimal as its digits without zeros around them, and the power of ten behind: the same for the same number. */
function decimalOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  if (short === '') return '0';
  return `${sign}${short}e${Number(exponent) - fraction.length + digits.length - short.length}`;
}
