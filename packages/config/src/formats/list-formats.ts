import type { Entry } from '../option.js';

export const listFormats = {
  list: {
    parse: splitList,
    check: (value: unknown, entry: Entry) => {
      if (!isListOfText(value)) return 'is not a list of texts';
      if (value.includes('')) return 'has an empty item';
      return value.length === 0 && entry.notEmpty ? 'is empty' : undefined;
    },
    expected: () => 'a comma-separated list (in config.json, also an array)',
  },
  choice: {
    check: (value: unknown, { choices = [] }: Entry) =>
      choices.some((choice) => choice === value) ? undefined : 'is not one of the words allowed',
    expected: ({ choices = [] }: Entry) => `one of ${choices.join(', ')}`,
  },
  choices: {
    parse: splitList,
    check: (value: unknown, entry: Entry) => {
      const { choices = [] } = entry;
      if (!isListOfText(value)) return 'is not a list of texts';
      if (!value.every((item) => choices.includes(item)))
        return 'has an item that is not one of the words allowed';
      return value.length === 0 && entry.notEmpty ? 'is empty' : undefined;
    },
    expected: ({ choices = [] }: Entry) =>
      `a comma-separated list of ${choices.join(', ')} (in config.json, also an array)`,
  },
};

/**
 * Splits at commas, and drops spaces around items and empty items. `\,` is a comma inside an item. Any other
 * backslash stays, with the character after it, because patterns use it too: `a\*,b` is `a\*` and `b`.
 */
function splitList(text: string): string[] {
  const items: string[] = [];
  let item = '';
  for (const [piece] of text.matchAll(/\\.|./gs)) {
    if (piece === ',') {
      items.push(item);
      item = '';
    } else item += piece === '\\,' ? ',' : piece;
  }
  items.push(item);
  return items.map((each) => each.trim()).filter((each) => each !== '');
}

function isListOfText(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
