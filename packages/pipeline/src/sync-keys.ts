import { forEachAtOnce } from './for-each-at-once.js';
import { inParts } from './in-parts.js';
import { type Alone, KeyGroup } from './key-group.js';
import type { Line } from './line.js';
import type { Slice } from './slice.js';
import { syncKey, syncLoaded, typeOrHidden } from './sync-key.js';
import type { SyncReport } from './sync-report.js';
import { WorkLane } from './work-lane.js';

/** The end of one of many keys: what syncKey would have returned or thrown for it. */
export type KeyEnd = { readonly report: SyncReport } | { readonly error: unknown };

/** Called with the end of a key. An error that it throws ends the whole call. */
export type OnKeyEnd = (key: string, end: KeyEnd) => Promise<void> | void;

/** How syncKeys divides its work. */
export interface SyncKeysOptions {
  /** Keys whose run before did not end well: see syncKey. They go alone. */
  readonly interrupted?: ReadonlySet<string>;
  /** Keys that go alone, at once. Default 16. */
  readonly aloneAtOnce?: number;
}

/** Keys that share their commands, at most, and how many such groups are under way: one is written while one is read. */
const TOGETHER = 500;
const GROUPS_AT_ONCE = 2;

/**
 * The line, for many keys. Those with small values go through it together: one load of their states, one reading for
 * many of them, one write of what has changed, one save. All others go alone, by syncKey, beside them: streams, large
 * values, keys that were paused or changed their type, and whatever MongoDB refused, or another worker was faster at.
 * The promises are syncKey's.
 * @param onEnd called with how each key fared as soon as that is known, each key once.
 */
export async function syncKeys(
  line: Line,
  keys: readonly string[],
  slice: () => Slice,
  onEnd: OnKeyEnd,
  { interrupted = new Set(), aloneAtOnce = 16 }: SyncKeysOptions = {},
): Promise<void> {
  const alone = new WorkLane<Alone>(aloneAtOnce, async (one) => {
    await onEnd(one.key, await endOf(syncAlone(line, one, slice())));
  });
  for (const key of interrupted) alone.add({ key, wasInterrupted: true });
  const together = [...new Set(keys)].filter((key) => !interrupted.has(key));
  await forEachAtOnce(inParts(together, TOGETHER), GROUPS_AT_ONCE, async (group) => {
    await alone.whenBelow(TOGETHER);
    await new KeyGroup(line, group, onEnd, (one) => alone.add(one)).sync();
  }).finally(() => alone.whenIdle());
}

async function syncAlone(
  line: Line,
  { key, loaded, wasInterrupted }: Alone,
  slice: Slice,
): Promise<SyncReport> {
  if (!loaded) return await syncKey(line, key, slice, wasInterrupted);
  return await syncLoaded(line, key, loaded.state, await typeOrHidden(line, key), slice);
}

async function endOf(run: Promise<SyncReport>): Promise<KeyEnd> {
  try {
    return { report: await run };
  } catch (error) {
    return { error };
  }
}
