/**
 * Returns the result of the work, if it comes within `ms`. Later results and failures are dropped.
 * @throws the error of the work; after `ms`, the error that `late` makes.
 */
export async function inTime<Value>(work: Promise<Value>, ms: number, late: () => Error): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the work succeeds within `ms`. Later results and failures are dropped. */
export async function isInTime(work: Promise<unknown>, ms: number): Promise<boolean> {
  return await inTime(work, ms, () => new Error('late')).then(
    () => true,
    () => false,
  );
}
