/** Maximum characters of a key in a job's name, since Redis keeps the name with every job. */
const MAX_NAME = 100;

/**
 * The name of a job or job scheduler: its first key, and the number of further keys, so that an operator
 * finds a key in a list of jobs. It is for people only; the job's data says what to do.
 */
export function jobName(keys: readonly string[]): string {
  const [first = '', ...others] = keys;
  // Without a trailing half of a surrogate pair.
  const begin = first.slice(0, MAX_NAME).replace(/\p{Surrogate}$/u, '');
  const start = first.length > MAX_NAME ? `${begin}…` : first;
  const name = start === '' ? '(empty name)' : start;
  return others.length === 0 ? name : `${name} and ${others.length} more`;
}
