/**
 * CPU time that a synchronous function takes, in ms: the least of three runs, and at least 1, so that a ratio
 * of two results says something.
 */
export function cpuMs(run: () => void): number {
  const runs = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.max(1, Math.min(...runs));
}
