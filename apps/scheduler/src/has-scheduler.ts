/**
 * Whether each key of a type has a job scheduler of its own, as the net under the change feed. Keys of the other types, which can be
 * a million, have the sweep.
 */
export function hasScheduler(type: unknown): type is 'stream' | 'set' {
  return type === 'stream' || type === 'set';
}
