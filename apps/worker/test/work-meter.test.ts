import { expect, it } from 'vitest';
import { WorkMeter } from '../src/work-meter.js';

function meterAt() {
  let now = 0;
  const meter = new WorkMeter(() => now);
  return { meter, pass: (ms: number) => (now += ms) };
}

it('rates are those of the last ten seconds, and fall to nothing', () => {
  const { meter, pass } = meterAt();
  for (let i = 0; i < 20; i++) {
    pass(2_000);
    for (let key = 0; key < 4; key++) meter.addKey(50);
    expect(meter.read()).toEqual({ jobs: 0, entriesPerSec: 100, keysPerSec: 2 });
  }
  for (let i = 0; i < 6; i++) {
    pass(2_000);
    meter.read();
  }
  expect(meter.read()).toMatchObject({ entriesPerSec: 0, keysPerSec: 0 });
});

it('one that was not asked for long reports the rate of all that time', () => {
  const { meter, pass } = meterAt();
  meter.addKey(600);
  pass(60_000);
  expect(meter.read()).toMatchObject({ entriesPerSec: 10 });
});

it('jobs count while they run, and no more when they fail', async () => {
  const { meter } = meterAt();
  let end = () => {};
  const job = meter.during(() => new Promise<void>((resolve) => (end = resolve)));
  const failing = meter.during(async () => {
    throw new Error('x');
  });
  expect(meter.read().jobs).toBe(2);
  await expect(failing).rejects.toThrow('x');
  end();
  await job;
  expect(meter.read().jobs).toBe(0);
});
