import type { Entry } from '../option.js';

const WHOLE = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WORDS = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
]);

export const numberFormats = {
  whole: {
    parse: (text: string) => (WHOLE.test(text.trim()) ? Number(text) : text),
    check: (value: unknown, entry: Entry) =>
      Number.isSafeInteger(value) ? outside(value, entry) : (serviceLink(value) ?? 'is not a whole number'),
    expected: (entry: Entry) => `a whole number${bounds(entry)}`,
  },
  decimal: {
    parse: (text: string) => (DECIMAL.test(text.trim()) ? Number(text) : text),
    check: (value: unknown, entry: Entry) =>
      Number.isFinite(value) ? outside(value, entry) : 'is not a number',
    expected: (entry: Entry) => `a number${bounds(entry)}`,
  },
  flag: {
    parse: (text: string) => WORDS.get(text.trim().toLowerCase()) ?? text,
    check: (value: unknown) => (typeof value === 'boolean' ? undefined : 'is neither true nor false'),
    expected: () => 'true or false',
  },
};

function outside(value: unknown, { min, above, max }: Entry): string | undefined {
  if (typeof value !== 'number') return 'is not a number';
  if (min !== undefined && value < min) return `is below ${min}`;
  if (above !== undefined && value <= above) return `is not above ${above}`;
  if (max !== undefined && value > max) return `is above ${max}`;
  return undefined;
}

function bounds({ min, above, max, unit }: Entry): string {
  const low = above === undefined ? min : above;
  const lower = above === undefined ? `${low}` : `above ${low}`;
  const range =
    low === undefined
      ? ''
      : max === undefined
        ? `, ${above === undefined ? `${lower} or more` : lower}`
        : `, ${lower}${above === undefined ? ' to ' : ', at most '}${max}`;
  return unit === undefined ? range : `${range}, in ${unit}`;
}

/** Kubernetes sets REDIS_PORT=tcp://… for a service named "redis". It overrides the file. */
function serviceLink(value: unknown): string | undefined {
  return typeof value === 'string' && value.startsWith('tcp://')
    ? 'is an address that Kubernetes sets for a service (see enableServiceLinks), not a whole number'
    : undefined;
}
