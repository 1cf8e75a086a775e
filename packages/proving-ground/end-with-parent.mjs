// @ts-check
/**
 * Loaded into each process of a fleet before the app (`node --import`). The channel to the parent closes when the
 * parent ends, for whatever reason (also SIGKILL): then this process stops in order, and if that takes too long, at once.
 * When the parent sends `collect garbage`, it is collected: what is measured then is what is really held.
 * Plain JavaScript, so that it runs from sources and from a build alike.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How long the app may take to stop by itself, in ms. */
const GRACE_MS = 5_000;

process.once('disconnect', () => {
  setTimeout(() => process.exit(1), GRACE_MS).unref();
  process.kill(process.pid, 'SIGTERM');
});
process.on('message', (message) => {
  if (message !== 'collect garbage') return;
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
});
// The channel alone must not keep an app running that has come to its end.
process.channel?.unref();
