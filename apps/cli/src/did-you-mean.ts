import { closest, distance } from 'fastest-levenshtein';

/** The word that this one is most likely meant to be; `undefined` where none is like it. */
function nearestOf(word: string, words: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const begun = lower === '' ? [] : words.filter((each) => each.startsWith(lower));
  if (begun.length === 1) return begun[0];
  const near = closest(lower, words);
  return distance(lower, near) <= Math.max(1, Math.floor(near.length / 3)) ? near : undefined;
}

/** What is asked of whoever wrote a word that there is not: `did you mean this? `; empty where none is like it. @param mark leads the word. */
export function didYouMean(word: string | undefined, words: readonly string[], mark = ''): string {
  const near = word === undefined ? undefined : nearestOf(word, words);
  return near === undefined ? '' : `did you mean ${mark}${near}? `;
}
