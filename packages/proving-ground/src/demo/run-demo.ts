import { join } from 'node:path';
import { startLocalStack } from '@redis-to-mongo/local-stack';
import { keyFilter } from '@redis-to-mongo/pipeline';
import type { Progress } from '@redis-to-mongo/terminal';
import { grouped } from '@redis-to-mongo/terminal';
import type { Redis } from 'ioredis';
import { Fleet } from '../fleet/fleet.js';
import { newPassword } from '../fleet/fleet-env.js';
import { endText } from '../fleet/fleet-member.js';
import { Generator } from '../generator/generator.js';
import { Ledger } from '../generator/ledger.js';
import { planJson, planKeys } from '../generator/plan-keys.js';
import { MirrorWatch } from '../mirror-watch.js';
import type { Closing } from '../program/closing.js';
import { ProvingError } from '../proving-error.js';
import { verify } from '../verify/verify.js';
import { isExact, type VerifyReport } from '../verify/verify-report.js';
import { verifyValues } from '../verify/verify-values.js';
import { breakWorker } from './break-worker.js';
import type { DemoOptions } from './demo-options.js';
import { openDemoPlace } from './demo-place.js';
import { rebirthOf } from './rebirth.js';
import { showProgress } from './show-progress.js';

const SEPARATOR = ':info:';
/** The stream that is deleted and made again: a busy one, but not the busiest. */
const REBORN = 3;

export interface DemoResult {
  readonly report: VerifyReport;
  /** The report is exact, and holds all that was to be written. */
  readonly verified: boolean;
  readonly dashboard: { readonly url: string; readonly username: string; readonly password: string };
  readonly redisUrl: string;
  readonly mongoUri: string;
  readonly mongoDbName: string;
  /** From the first write to the last one, in ms. */
  readonly writingMs: number;
  /** From the last write until MongoDB had everything, in ms. */
  readonly behindMs: number;
  readonly setChanges: number;
  readonly valueChanges: number;
  /** Entries that were written a second time and found themselves already there. */
  readonly alreadyThere: number;
}

export interface DemoContext {
  readonly progress: Progress;
  readonly closing: Closing;
  /** For logs; removed by the caller. */
  readonly dir: string;
  readonly signal: AbortSignal;
}

/**
 * The whole story: servers, fleet, load, a deletion, a kill, and the comparison. What it opens stays open until the
 * caller closes `closing`.
 * @throws LocalStackError, ProvingError; anything once the signal has aborted.
 */
export async function runDemo(options: DemoOptions, context: DemoContext): Promise<DemoResult> {
  const { progress, closing, dir } = context;
  const say = (line: string) => progress.say(line);
  const crashed = new AbortController();
  const signal = AbortSignal.any([context.signal, crashed.signal]);

  const planned = planKeys(options, SEPARATOR);
  const json = planJson(options.values);
  say(progress.colors.bold(`Redis → MongoDB: ${sizeText(options)}`));
  const stack = await orAborted(startLocalStack({ onProgress: (line) => say(`  ${line}`) }), signal);
  closing.add(() => stack.stop());
  const keys = [...planned.streams, ...planned.sets, ...planned.values, ...json].map(({ key }) => key);
  const { redis, db, mongoDbName, queuePrefix, queueKeys } = await openDemoPlace(stack, keys, closing);
  const plan = (await knowsJson(redis)) ? { ...planned, values: [...planned.values, ...json] } : planned;

  const password = newPassword();
  const fleet = await Fleet.start({
    redisUrl: stack.redis.url,
    mongoUri: stack.mongo.uri,
    mongoDbName,
    queuePrefix,
    dashboardPassword: password,
    workers: options.workers,
    options: {},
    dir: join(dir, 'fleet'),
    signal: context.signal,
    onUnexpectedEnd: (member, end) =>
      crashed.abort(
        new ProvingError('PROVING_APP_FAILED', `${member.name} ended by itself with ${endText(end)}`),
      ),
  });
  closing.add(() => fleet.stop());
  const dashboard = { url: fleet.dashboard?.address ?? '', username: 'admin', password };
  say(`  fleet: scheduler, dashboard and ${workersText(options.workers)} are ready`);
  say(
    `  dashboard: ${progress.colors.cyan(dashboard.url)}  user ${dashboard.username}, password ${password}`,
  );
  say('');

  const ledger = new Ledger();
  const watch = new MirrorWatch({ redis, db });
  const event = (line: string) => say(`  ${progress.colors.yellow('•')} ${line}`);
  const reborn = plan.streams[Math.min(REBORN, plan.streams.length - 1)];
  const generator = new Generator({
    redis,
    plan,
    ledger,
    durationMs: writingTime(options.messages),
    signal,
    ...(reborn ? { rebirth: rebirthOf(reborn, { ledger, watch, say: event }) } : {}),
  });

  const shown = new AbortController();
  const showing = showProgress({ progress, total: options.messages, ledger, watch }, shown.signal);
  try {
    const begin = performance.now();
    const breaking = breakWorker({ fleet, generator, watch, say: event }, signal);
    breaking.catch(() => {}); // awaited below
    await generator.run();
    const written = performance.now();
    await breaking;
    const expected = new Map([...ledger.streams].map((key) => [key, ledger.count(key)]));
    await watch.untilStreams(expected, signal);
    const mirrored = performance.now();
    await watch.untilSets(
      plan.sets.map(({ key }) => key),
      signal,
    );
    shown.abort();
    await showing;
    event('all messages and sets have arrived; comparing Redis with MongoDB, key by key');
    const { alreadyThere } = await watch.state();
    const wanted = keyFilter(['*'], [queueKeys]);
    const others = new Set([...plan.streams, ...plan.sets].map(({ key }) => key));
    const comparing = verify({
      redis,
      db,
      separator: SEPARATOR,
      wanted,
      history: new Map([...ledger.streams].map((key) => [key, ledger.lives(key)])),
    }).then((found) =>
      verifyValues({ redis, db }, plan.values, (key) => wanted(key) && !others.has(key), found),
    );
    const report = await orAborted(comparing, signal);
    return {
      report,
      verified: isExact(report) && hasAll(report, options),
      dashboard,
      redisUrl: stack.redis.url,
      mongoUri: stack.mongo.uri,
      mongoDbName,
      writingMs: written - begin,
      behindMs: mirrored - written,
      setChanges: generator.setChanges,
      valueChanges: generator.valueChanges,
      alreadyThere,
    };
  } catch (error) {
    // What waits and sleeps throws an AbortError of its own; the reason says more.
    throw crashed.signal.aborted ? crashed.signal.reason : error;
  } finally {
    shown.abort();
    await showing;
  }
}

/** 5,000 messages a second; never shorter than it takes to break something, never longer than a minute. In ms. */
function writingTime(messages: number): number {
  return Math.min(60_000, Math.max(4_000, messages / 5));
}

function hasAll({ messages, streams, sets }: VerifyReport, options: DemoOptions): boolean {
  return messages === options.messages && streams === options.streams && sets === options.sets;
}

function sizeText({ messages, streams, sets, values, workers }: DemoOptions): string {
  const mains = Math.ceil(streams / 2);
  return `${grouped(messages)} messages in ${streams} streams (${mains} main, ${streams - mains} info), ${sets} sets, ${grouped(values)} other values, ${workersText(workers)}`;
}

async function knowsJson(redis: Redis): Promise<boolean> {
  const reply: unknown = await redis.call('COMMAND', 'INFO', 'JSON.SET');
  return Array.isArray(reply) && Array.isArray(reply[0]);
}

function workersText(count: number): string {
  return count === 1 ? '1 worker' : `${count} workers`;
}

/** The work's result; the signal's reason when it aborts before, while the work goes on unheeded. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  return await Promise.race([work, aborted]);
}
