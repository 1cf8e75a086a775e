import { type Fleet, pauseKeys, resumeKeys, resyncKey, syncNow } from '@redis-to-mongo/operations';
import type { AskedAction, KeyAction, RunAction } from './key-action.js';

const NOBODY = ' No worker is connected: the job waits for one.';

/** The operator actions on this fleet: see RunAction. */
export function actionsOn(fleet: Fleet): RunAction {
  const actions: Readonly<Record<KeyAction, RunAction>> = {
    sync: oneByOne(async (key) => {
      const synced = await syncNow(fleet, key);
      if (synced.done === 'unknown') return undefined;
      if (synced.done === 'paused') return 'Not requested: the key is paused. Resume it first.';
      return `Requested: it is synced as soon as a worker is free.${waits(synced.workers)}`;
    }),
    pause: async ({ keys }) =>
      (await pauseKeys(fleet, keys)).map(({ done }) => {
        if (done === 'unknown') return undefined;
        return done === 'paused' ? 'Paused. A running job finishes its slice.' : 'It was already paused.';
      }),
    resume: async ({ keys }) =>
      (await resumeKeys(fleet, keys)).map((resumed) => {
        if (resumed.done === 'unknown') return undefined;
        return resumed.done === 'resumed' ? `Resumed.${waits(resumed.workers)}` : 'It was not paused.';
      }),
    resync: oneByOne(async (key, { incarnation: seen, since }) => {
      const resynced = await resyncKey(fleet, key, seen ?? since);
      if (resynced.done === 'unknown') return undefined;
      const { incarnation } = resynced;
      if (resynced.done === 'begun before') return `Incarnation ${incarnation} had already started.`;
      const paused = ' The key is paused, and will be read after you resume it.';
      const rests = resynced.isPaused ? paused : waits(resynced.workers);
      return `Incarnation ${incarnation} has started. The key is read from the start.${rests}`;
    }),
  };
  return async (asked) => await actions[asked.action](asked);
}

function oneByOne(run: (key: string, asked: AskedAction) => Promise<string | undefined>): RunAction {
  return async (asked) => {
    const results: (string | undefined)[] = [];
    for (const key of asked.keys) results.push(await run(key, asked));
    return results;
  };
}

function waits(workers: number): string {
  return workers === 0 ? NOBODY : '';
}
