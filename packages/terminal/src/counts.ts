/** A whole number as people read it: `12,345`. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** How many there are of something, in words: `1 key`, `12,345 keys`. @param many where it is not `one` with an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
