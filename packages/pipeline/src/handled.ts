/**
 * Marks a promise that is awaited later, so that Node does not report its rejection as unhandled meanwhile.
 */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
