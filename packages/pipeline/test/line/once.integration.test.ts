import { BEFORE_FIRST, compareEntryIds, type KeyState, type Step, syncKey } from '@redis-to-mongo/pipeline';
import { addsUp, lineForTests, wholeSlice } from '@redis-to-mongo/test-kit';
import { describe, expect, it, vi } from 'vitest';

const under = lineForTests({ ownMongo: true });

async function fill(key: string, entries: number): Promise<string[]> {
  const pipeline = under.redis.pipeline();
  for (let i = 0; i < entries; i++) pipeline.xadd(key, '*', 'n', String(i), 'text', `entry ${i}`);
  return ((await pipeline.exec()) ?? []).map(([, id]) => String(id));
}

/** Holds a line at a step until released. */
function holdAt(step: Step) {
  let reached = () => {};
  let release = () => {};
  const isReached = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  let held = false;
  const at = async (at: Step) => {
    if (at !== step || held) return;
    held = true;
    reached();
    await isReleased;
  };
  return { at, isReached, release };
}

describe('every entry once', () => {
  it.each(['after-read', 'after-write', 'before-save'] as const)(
    'when a second worker syncs the whole stream while the first is held at %s',
    async (step) => {
      const key = `two-${step}`;
      const ids = await fill(key, 1200);
      const hold = holdAt(step);
      const slow = syncKey(await under.line({ readEntries: 500, at: hold.at }), key, wholeSlice());
      await hold.isReached;
      const fast = await under.sync(key);
      expect(fast.result).toBe('synced');
      const after = await under.state(key);
      hold.release();
      expect((await slow).result).toBe('overtaken');

      expect((await under.messages(key)).map(({ entryId }) => entryId)).toEqual(ids);
      const state = await under.state(key);
      expect(state.revision).toBe(after.revision);
      expect(state.position).toEqual(after.position);
      expect(state.counts.seen).toBe(1200);
      expect(addsUp(state)).toBe(true);
    },
  );

  it('when five workers race on one growing stream, and the position never goes back', async () => {
    const key = 'race';
    const ids = await fill(key, 100);
    const positions: string[] = [];
    let isDone = false;
    const work = async () => {
      const line = await under.line({ readEntries: 50 });
      while (!isDone) await syncKey(line, key, wholeSlice({ entries: 200 }));
    };
    const watch = async () => {
      while (!isDone) {
        const state = await under.db.collection<KeyState & { _id: string }>('keys').findOne({ _id: key });
        if (state) positions.push(String(state.position?.entryId));
      }
    };
    const running = [watch(), ...[1, 2, 3, 4, 5].map(work)];
    // It grows until it was seen in the middle of the race, and no further ahead of it than a few reads.
    for (let i = 0; i < 20 || new Set(positions).size < 3; i++) {
      ids.push(...(await fill(key, 100)));
      const behind = ids.at(-500) ?? BEFORE_FIRST;
      await vi.waitFor(
        () => expect(compareEntryIds(positions.at(-1) ?? BEFORE_FIRST, behind) >= 0).toBe(true),
        {
          timeout: 60_000,
          interval: 5,
        },
      );
    }
    isDone = true;
    await Promise.all(running);
    await under.sync(key);

    expect((await under.messages(key)).map(({ entryId }) => entryId)).toEqual(ids);
    const state = await under.state(key);
    expect(state.counts.seen).toBe(ids.length);
    expect(addsUp(state)).toBe(true);
    expect(positions).toEqual([...positions].sort(compareEntryIds));
  });

  it('when the last position was not saved: the entries are found already there', async () => {
    const key = 'unsaved';
    const ids = await fill(key, 300);
    await under.sync(key);
    await under.db.collection<{ _id: string }>('keys').deleteOne({ _id: key });
    const again = await under.sync(key);
    expect(again).toMatchObject({ seen: 300, written: 0, alreadyThere: 300 });
    expect(await under.messages(key)).toHaveLength(ids.length);
    expect(addsUp(await under.state(key))).toBe(true);
  });

  it('and reads nothing twice when nothing is new', async () => {
    const key = 'idle';
    await fill(key, 10);
    await under.sync(key);
    const before = await under.state(key);
    expect(await under.sync(key)).toMatchObject({ result: 'unchanged', seen: 0 });
    expect((await under.state(key)).revision).toBe(before.revision);
  });
});
