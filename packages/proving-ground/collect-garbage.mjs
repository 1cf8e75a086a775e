// @ts-check
/**
 * Loaded into each process of a fleet before the app (`node --import`). When the parent sends `collect
 * garbage`, it runs a garbage collection, so memory measured afterward is memory in use. Plain JavaScript, so
 * it needs no build.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

process.on('message', (message) => {
  if (message !== 'collect garbage') return;
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
});
// The IPC channel must not keep a finished app running.
process.channel?.unref();
