import { expect, test } from 'vitest';
import { repeatUntil } from '../src/repeat-until.js';
import { WakeUp } from '../src/wake-up.js';

const HOUR_MS = 3_600_000;

test('a wait ends when its time is over', async () => {
  const began = performance.now();
  await new WakeUp().wait(20, new AbortController().signal);
  expect(performance.now() - began).toBeGreaterThanOrEqual(19);
});

test('waits end when they are woken, all of them, and once', async () => {
  const wakeUp = new WakeUp();
  const { signal } = new AbortController();
  let ended = 0;
  const waits = [1, 2].map(() => wakeUp.wait(HOUR_MS, signal).then(() => ended++));
  wakeUp.wake();
  await Promise.all(waits);
  const next = wakeUp.wait(HOUR_MS, signal).then(() => ended++);
  await Promise.resolve();
  expect(ended).toBe(2);
  wakeUp.wake();
  await next;
});

test('a wait ends when the signal aborts, and does not begin afterward', async () => {
  const wakeUp = new WakeUp();
  const ending = new AbortController();
  const wait = wakeUp.wait(HOUR_MS, ending.signal);
  ending.abort();
  await wait;
  await wakeUp.wait(HOUR_MS, ending.signal);
});

test('a loop that waits makes its next turn when it is woken', async () => {
  const wakeUp = new WakeUp();
  const ending = new AbortController();
  let turns = 0;
  const turn = async () => {
    turns++;
    if (turns === 3) ending.abort();
    setImmediate(() => wakeUp.wake());
    return undefined;
  };
  await repeatUntil(
    ending.signal,
    () => HOUR_MS,
    turn,
    () => {},
    wakeUp,
  );
  expect(turns).toBe(3);
});
