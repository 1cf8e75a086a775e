import { setTimeout as sleep } from 'node:timers/promises';
import type { openClients } from './open-clients.js';

/** One kind of changes: how they are made, and how they show. */
export interface SampledChanges {
  /** Changes a second that are sampled, about. */
  readonly samplesPerSec: number;
  /** What has not come by then, after the last change, in ms, counts as lost. */
  readonly giveUpMs: number;
  /** Makes the changes from one number up to another, by one pipeline. Answers for each what it is found by. */
  send(from: number, to: number): Promise<readonly string[]>;
  /** Which of those are there. @param numberOf the number of the change. */
  find(asked: readonly string[], numberOf: (id: string) => number): Promise<readonly string[]>;
}

/** Between two polls, in ms: the resolution. */
const POLL_MS = 2;
/** Changes asked for at once, the oldest: asking is to cost MongoDB little, also where many are on their way. */
const ASKED_AT_ONCE = 50;

/**
 * Makes changes at a steady rate, and asks MongoDB all the time for those on their way (some of them, where there are many):
 * the time from the change to readable. Writer and reader are one process, so that they have one clock. What is written while
 * warming up does not count; its end is reported.
 */
export async function sampleWaits(
  { parent, config, ready }: ReturnType<typeof openClients>,
  { samplesPerSec, giveUpMs, send, find }: SampledChanges,
): Promise<void> {
  const perSec = config.number('perSec');
  const warmUpMs = 1000 * config.number('warmUpSeconds');
  await ready();
  await parent.nextMessage();

  const onTheirWay = new Map<string, { readonly n: number; readonly at: number }>();
  const waits: number[] = [];
  const begin = performance.now();
  const endsAt = begin + warmUpMs + 1000 * config.number('seconds');
  const sampleEvery = Math.max(1, Math.round(perSec / samplesPerSec));
  /** When the last change was answered for: behind a writer that is asked for too much, that is later than `endsAt`. */
  let writtenAt = Number.POSITIVE_INFINITY;

  const make = async (from: number, to: number, isSampled: boolean) => {
    const at = performance.now();
    const ids = await send(from, to);
    for (const [i, id] of ids.entries())
      if (isSampled && (from + i) % sampleEvery === 0) onTheirWay.set(id, { n: from + i, at });
  };
  const makeAll = async () => {
    const making = new Set<Promise<void>>();
    let n = 0;
    for (let now = begin; now < endsAt; now = performance.now()) {
      const due = Math.ceil(((now - begin) * perSec) / 1000);
      if (n < due) {
        const made = make(n, due, now - begin >= warmUpMs).finally(() => making.delete(made));
        making.add(made);
        n = due;
      }
      await sleep(1);
    }
    await Promise.all(making);
    return n;
  };
  const poll = async () => {
    const isOver = () =>
      writtenAt < Number.POSITIVE_INFINITY &&
      (onTheirWay.size === 0 || performance.now() >= writtenAt + giveUpMs);
    for (; !isOver(); await sleep(POLL_MS)) {
      const asked = [...onTheirWay.keys()].slice(0, ASKED_AT_ONCE);
      if (asked.length === 0) continue;
      const found = await find(asked, (id) => onTheirWay.get(id)?.n ?? 0);
      const now = performance.now();
      for (const id of found) {
        waits.push(now - (onTheirWay.get(id)?.at ?? now));
        onTheirWay.delete(id);
      }
    }
  };

  const polling = poll();
  setTimeout(() => parent.send({ isWarm: true }), warmUpMs);
  const written = await makeAll();
  writtenAt = performance.now();
  const seconds = (writtenAt - begin) / 1000;
  await polling;
  if (onTheirWay.size > 0) throw new Error(`${onTheirWay.size} changes did not arrive within ${giveUpMs} ms`);
  parent.send({ written, seconds, waits });
}
