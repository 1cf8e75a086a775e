import { setTimeout as sleep } from 'node:timers/promises';
import { membersOf } from '@redis-to-mongo/pipeline';
import type { Redis } from 'ioredis';
import { runPipeline } from '../../generator/run-pipeline.js';
import type { BenchEnvironment, Target } from '../bench-environment.js';
import type { Figures } from '../bench-result.js';
import { type Follower, type Following, startFollowing } from '../contestants/contestant.js';
import { openMongoTarget } from '../contestants/targets.js';
import { entryFields, streamKeys } from '../fill-streams.js';

/** Pause between two steps of the writer, in ms. */
const STEP_MS = 20;
/** Pause between two counts of messages, in ms. */
const POLL_MS = 500;
/** If no entry is missing, the run ends after this long without a new message, in ms. */
const COMPLETE_IDLE_MS = 3_000;

/**
 * Kills all processes of a follower at the same time (SIGKILL), several times while streams are written to,
 * and restarts them each time. Then waits until no more messages arrive, and counts missing and surplus
 * entries. Entries are compared by content, so the check is the same for every follower.
 */
export async function measureKills(bench: BenchEnvironment, followers: readonly Follower[]): Promise<void> {
  const { streams, perSec } = bench.sizes.kill;
  const load = `${perSec}/s over ${streams} streams`;
  for (let repetition = 1; repetition <= bench.repetitions; repetition++)
    for (const follower of followers)
      await bench.measure({ load, who: follower.who, repetition }, () => leftOver(bench, follower));
}

async function leftOver(bench: BenchEnvironment, follower: Follower): Promise<Figures> {
  const { streams, kills } = bench.sizes.kill;
  await bench.clear();
  await write(bench.redis, streams, 0, streams);
  await using target = await openMongoTarget(bench);
  await using following = await startFollowing(bench, follower, target, streams);
  const end = await writeAndKill(bench, following);
  const restarted = performance.now();
  // A follower that takes no backlog adds nothing late.
  const idleMs = follower.takesBacklog ? 1000 * bench.sizes.kill.idleSeconds : COMPLETE_IDLE_MS;
  const { missing, doubled, lastAt } = await untilIdle(bench, target, [streams, end], idleMs);
  return { kills, written: end - streams, missing, doubled, seconds: (lastAt - restarted) / 1000 };
}

/**
 * Writes at the steady rate, with kills and restarts in between.
 * @returns the last entry's number plus one.
 */
async function writeAndKill(
  { redis, sizes, signal }: BenchEnvironment,
  following: Following,
): Promise<number> {
  const { streams, perSec, seconds, kills } = sizes.kill;
  const begin = performance.now();
  let next = streams;
  let isKilling = true;
  const killing = (async () => {
    for (let kill = 1; kill <= kills; kill++) {
      const at = begin + (1000 * seconds * kill) / (kills + 1);
      await sleep(Math.max(0, at - performance.now()), undefined, { signal });
      await following.kill();
      await following.restart();
    }
  })().finally(() => {
    isKilling = false;
  });
  // Writing goes on until the last restart is done, even past the planned time.
  while (isKilling || performance.now() - begin < 1000 * seconds) {
    const due = streams + Math.ceil(((performance.now() - begin) * perSec) / 1000);
    if (due > next) await write(redis, streams, next, due);
    next = Math.max(next, due);
    await sleep(STEP_MS, undefined, { signal });
  }
  await killing;
  return next;
}

async function write(redis: Redis, streams: number, from: number, to: number): Promise<void> {
  const keys = streamKeys({ streams });
  const pipeline = redis.pipeline();
  for (let n = from; n < to; n++) pipeline.xadd(keys[n % streams] ?? '', '*', ...entryFields(n));
  await runPipeline(pipeline);
}

/** Counts missing and surplus entries between two numbers, once no more messages arrive. */
async function untilIdle(
  bench: BenchEnvironment,
  { db }: Target,
  [from, to]: readonly [number, number],
  longestMs: number,
) {
  const messages = db.collection('stream_messages');
  let count = -1;
  let lastAt = performance.now();
  let left = { missing: to - from, doubled: 0 };
  for (;;) {
    const found = await messages.countDocuments({});
    if (found !== count) {
      count = found;
      lastAt = performance.now();
      left = await judge(messages.find({}, { projection: { 'content.account': 1 } }), from, to);
    }
    const idleMs = left.missing === 0 ? COMPLETE_IDLE_MS : longestMs;
    if (performance.now() - lastAt > idleMs) return { ...left, lastAt };
    await sleep(POLL_MS, undefined, { signal: bench.signal });
  }
}

async function judge(documents: AsyncIterable<unknown>, from: number, to: number) {
  const times = new Map<string, number>();
  for await (const document of documents) {
    const account = String(membersOf(membersOf(document).content).account);
    times.set(account, (times.get(account) ?? 0) + 1);
  }
  let missing = 0;
  let doubled = 0;
  for (let n = from; n < to; n++) {
    const there = times.get(entryFields(n)[3] ?? '') ?? 0;
    if (there === 0) missing++;
    else doubled += there - 1;
  }
  return { missing, doubled };
}
