/** Characters of a key that a job is named by, at most: a name is kept with every job. */
const MAX_NAME = 100;

/**
 * The name of a job and of a job scheduler: its first key, and how many more there are, so that an operator finds a key
 * where jobs are listed. For people alone: what a job is to do is in its data.
 */
export function jobName(keys: readonly string[]): string {
  const [first = '', ...others] = keys;
  const start = first.length > MAX_NAME ? `${cut(first)}…` : first;
  const name = start === '' ? '(empty name)' : start;
  return others.length === 0 ? name : `${name} and ${others.length} more`;
}

/** Its first characters, without half of one that takes two units. */
function cut(key: string): string {
  return key.slice(0, MAX_NAME).replace(/\p{Surrogate}$/u, '');
}
