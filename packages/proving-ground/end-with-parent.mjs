// @ts-check
/**
 * Loaded into each process of a fleet before the app (`node --import`). The channel to the parent closes when the
 * parent ends, for whatever reason (also SIGKILL): then this process stops in order, and if that takes too long, at once.
 * Plain JavaScript, so that it runs from sources and from a build alike.
 */

/** How long the app may take to stop by itself, in ms. */
const GRACE_MS = 5_000;

process.once('disconnect', () => {
  setTimeout(() => process.exit(1), GRACE_MS).unref();
  process.kill(process.pid, 'SIGTERM');
});
// The channel alone must not keep an app running that has come to its end.
process.channel?.unref();
