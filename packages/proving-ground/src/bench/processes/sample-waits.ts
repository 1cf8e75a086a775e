import { setTimeout as sleep } from 'node:timers/promises';
import type { openClients } from './open-clients.js';

/** Makes changes of one kind, and finds them in MongoDB. */
export interface SampledChanges {
  /** Approximate number of samples per second. */
  readonly samplesPerSec: number;
  /** A change counts as lost if it is not found this long after the last change was written, in ms. */
  readonly giveUpMs: number;
  /** Makes the changes `from` to `to - 1` in one pipeline. Returns for each the id to find it by. */
  send(from: number, to: number): Promise<readonly string[]>;
  /** Returns those of the asked ids that are in MongoDB. @param numberOf returns the number of a change. */
  find(asked: readonly string[], numberOf: (id: string) => number): Promise<readonly string[]>;
}

/** Time between two polls, in ms: the resolution. */
const POLL_MS = 2;
/** A poll asks for at most this many changes, the oldest, so it costs MongoDB little. */
const ASKED_AT_ONCE = 50;

/**
 * Makes changes at a steady rate, and measures the time from each sampled change until it is readable: it
 * keeps asking MongoDB for the oldest ones that are not there yet. Writer and reader are one process, so they
 * share a clock. Changes made during the warm-up do not count; the end of the warm-up is reported.
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
  /** When Redis answered the last change: later than `endsAt` if the writer cannot keep up with the rate. */
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
