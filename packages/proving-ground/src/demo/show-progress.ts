import { setTimeout as sleep } from 'node:timers/promises';
import { grouped, type Progress, type ProgressState } from '@redis-to-mongo/terminal';
import type { History } from '../judge/written-stream.js';
import type { MirrorWatch } from '../mirror-watch.js';

export interface ShowProgressOptions {
  readonly progress: Progress;
  /** Messages in all. */
  readonly total: number;
  readonly history: History;
  readonly watch: MirrorWatch;
}

const EVERY_MS = 250;

/** Keeps the progress up to date until the signal aborts, and takes it away then. */
export async function showProgress(options: ShowProgressOptions, signal: AbortSignal): Promise<void> {
  const { progress, total, history, watch } = options;
  while (!signal.aborted) {
    // A server that can't be asked is the waiting's affair, not the bar's.
    const state = await watch.state().catch(() => undefined);
    if (state && !signal.aborted) progress.update(stateOf(total, history.entries, state.seen));
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {}); // aborted: the loop ends
  }
  progress.clear();
}

function stateOf(total: number, written: number, mirrored: number): ProgressState {
  return {
    ...{ total, begun: written, done: mirrored },
    describe: (perSecond) =>
      `${grouped(mirrored)} of ${grouped(total)} in MongoDB, ${grouped(written)} written to Redis, ${grouped(perSecond)}/s`,
  };
}
