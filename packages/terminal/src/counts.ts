/** A whole number with grouped digits: `12,345`. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/**
 * A number with its noun: `1 key`, `12,345 keys`.
 * @param many the plural, if it is not `one` with an s.
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
