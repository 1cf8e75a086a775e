import { grouped, type Progress, type ProgressState } from '@redis-to-mongo/terminal';
import type { History } from '../judge/written-stream.js';
import type { MirrorWatch } from '../mirror-watch.js';
import { repeatEvery } from '../program/until-moved.js';

export interface ShowProgressOptions {
  readonly progress: Progress;
  /** Total messages. */
  readonly total: number;
  readonly history: History;
  readonly watch: MirrorWatch;
}

const EVERY_MS = 250;

/** Updates the progress line until the signal aborts, then removes it. */
export async function showProgress(options: ShowProgressOptions, signal: AbortSignal): Promise<void> {
  const { progress, total, history, watch } = options;
  await repeatEvery(EVERY_MS, signal, async () => {
    const state = await watch.state().catch(() => undefined); // the waits for the mirror report errors
    if (state && !signal.aborted) progress.update(stateOf(total, history.entries, state.seen));
  });
  progress.clear();
}

function stateOf(total: number, written: number, mirrored: number): ProgressState {
  return {
    ...{ total, begun: written, done: mirrored },
    describe: (perSecond) =>
      `${grouped(mirrored)} of ${grouped(total)} in MongoDB, ${grouped(written)} written to Redis, ${grouped(perSecond)}/s`,
  };
}
