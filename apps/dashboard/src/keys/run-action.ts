import { type Fleet, pauseKey, resumeKey, resyncKey, syncNow } from '@redis-to-mongo/operations';
import type { RunAction } from './key-action.js';

const NOBODY = ' No worker is connected: the job waits for one.';

/** The operator's actions on this fleet, and what came of each in a sentence. */
export function actionsOn(fleet: Fleet): RunAction {
  return async ({ action, key, incarnation }) => {
    switch (action) {
      case 'sync':
        return await sync(fleet, key);
      case 'pause':
        return await pause(fleet, key);
      case 'resume':
        return await resume(fleet, key);
      case 'resync':
        return await resync(fleet, key, incarnation);
    }
  };
}

async function sync(fleet: Fleet, key: string): Promise<string | undefined> {
  const synced = await syncNow(fleet, key);
  if (synced.done === 'unknown') return undefined;
  if (synced.done === 'paused') return 'Not requested: the key is paused. Resume it first.';
  return `Requested: it is synced as soon as a worker is free.${waits(synced.workers)}`;
}

async function pause(fleet: Fleet, key: string): Promise<string | undefined> {
  const { done } = await pauseKey(fleet, key);
  if (done === 'unknown') return undefined;
  return done === 'paused' ? 'Paused. A running job finishes its slice.' : 'It was already paused.';
}

async function resume(fleet: Fleet, key: string): Promise<string | undefined> {
  const resumed = await resumeKey(fleet, key);
  if (resumed.done === 'unknown') return undefined;
  return resumed.done === 'resumed' ? `Resumed.${waits(resumed.workers)}` : 'It was not paused.';
}

async function resync(
  fleet: Fleet,
  key: string,
  incarnation: number | undefined,
): Promise<string | undefined> {
  const resynced = await resyncKey(fleet, key, incarnation);
  if (resynced.done === 'unknown') return undefined;
  if (resynced.done === 'begun before') return `Incarnation ${resynced.incarnation} had already started.`;
  const rests = resynced.isPaused
    ? ' The key is paused, and will be read after you resume it.'
    : waits(resynced.workers);
  return `Incarnation ${resynced.incarnation} has started. The key is read from the start.${rests}`;
}

function waits(workers: number): string {
  return workers === 0 ? NOBODY : '';
}
