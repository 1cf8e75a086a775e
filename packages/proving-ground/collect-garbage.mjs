// @ts-check
/**
 * Loaded into each process of a fleet before the app (`node --import`). When the parent sends `collect garbage`, it is
 * collected: what is measured then is what is really held. Plain JavaScript, so that it runs from sources and from a build alike.
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

process.on('message', (message) => {
  if (message !== 'collect garbage') return;
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
});
// The channel alone must not keep an app running that has come to its end.
process.channel?.unref();
