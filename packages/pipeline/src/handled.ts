/** Marks a promise that is awaited later: its rejection is seen there, not reported as unhandled meanwhile. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
