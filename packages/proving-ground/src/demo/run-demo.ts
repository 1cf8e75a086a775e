import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLocalStack } from '@redis-to-mongo/local-stack';
import { keyFilter } from '@redis-to-mongo/pipeline';
import { grouped, type Progress } from '@redis-to-mongo/terminal';
import { Fleet } from '../fleet/fleet.js';
import { type FleetEnvOptions, newPassword } from '../fleet/fleet-env.js';
import { endText } from '../fleet/fleet-member.js';
import { Generator, type Recreation } from '../generator/generator.js';
import { type KeyPlan, planKeys, type StreamPlan } from '../generator/plan-keys.js';
import { History } from '../judge/written-stream.js';
import { MirrorWatch } from '../mirror-watch.js';
import type { ProgramContext, ProgramReport } from '../program/run-program.js';
import { repeatEvery } from '../program/until-moved.js';
import { ProvingError } from '../proving-error.js';
import { modelsKnownTo } from '../values/value-model.js';
import { compareMirror, type KeyReport } from './compare-mirror.js';
import { openDemoEnvironment } from './demo-environment.js';
import type { DemoOptions } from './demo-options.js';

/** The index of the stream that is deleted and created again: a busy one, but not the busiest. */
const RECREATED = 3;
/** Keys that differ are compared again for this long, in ms. */
const SETTLE_MS = 60_000;

export interface DemoResult extends ProgramReport {
  readonly perKey: readonly KeyReport[];
  /** From the first write to the last one, in ms. */
  readonly writingMs: number;
  /** From the last write until MongoDB had everything, in ms. */
  readonly behindMs: number;
  readonly setChanges: number;
  readonly valueChanges: number;
  /** Entries that were written again and found already there. */
  readonly alreadyThere: number;
}

/** Addresses and credentials while everything is running. */
export interface DemoAccess extends Pick<FleetEnvOptions, 'redisUrl' | 'mongoUri' | 'mongoDbName'> {
  readonly dashboard: { readonly url: string; readonly username: string; readonly password: string };
}

/**
 * The whole demo: servers, fleet, load, a deletion, a kill, and the comparison. Everything it opens stays
 * open until the caller closes `closing`.
 * @throws LocalStackError, ProvingError; any error once the signal has aborted.
 */
export async function runDemo(
  options: DemoOptions,
  context: ProgramContext,
  onRunning: (access: DemoAccess) => void,
): Promise<DemoResult> {
  const { progress, closing, dir } = context;
  const say = (line: string) => progress.say(line);
  const crashed = new AbortController();
  const signal = AbortSignal.any([context.signal, crashed.signal]);

  const planned = planKeys(options);
  say(progress.colors.bold(`Redis → MongoDB: ${sizeText(options)}`));
  const stack = await orAborted(startLocalStack({ onProgress: (line) => say(`  ${line}`) }), signal);
  closing.add('stack', () => stack.stop());
  const keys = [...planned.streams, ...planned.sets, ...planned.values].map(({ key }) => key);
  const { redis, db, mongoDbName, queuePrefix, queueKeys } = await openDemoEnvironment(stack, keys, closing);
  const isKnown = await modelsKnownTo(redis);
  const plan = { ...planned, values: planned.values.filter(({ model }) => isKnown(model)) };

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
  closing.add('fleet', () => fleet.stop());
  const dashboard = { url: fleet.running('dashboard')[0]?.address ?? '', username: 'admin', password };
  onRunning({ dashboard, redisUrl: stack.redis.url, mongoUri: stack.mongo.uri, mongoDbName });
  say(`  fleet: scheduler, dashboard and ${workersText(options.workers)} are ready`);
  say(
    `  dashboard: ${progress.colors.cyan(dashboard.url)}  user ${dashboard.username}, password ${password}`,
  );
  say('');

  const history = new History();
  const watch = new MirrorWatch(db);
  const event = (line: string) => say(`  ${progress.colors.yellow('•')} ${line}`);
  const recreated = plan.streams[Math.min(RECREATED, plan.streams.length - 1)];
  const generator = new Generator({
    redis,
    plan,
    history,
    durationMs: writingTime(options.messages),
    signal,
    ...(recreated ? { recreation: recreationOf(recreated, { history, watch, say: event }) } : {}),
  });

  const shown = new AbortController();
  const showing = showProgress(progress, options.messages, history, watch, shown.signal);
  try {
    const begin = performance.now();
    const breaking = breakWorker(fleet, generator, watch, event, signal);
    breaking.catch(() => {}); // awaited below
    await generator.run();
    const written = performance.now();
    await breaking;
    await watch.untilAll(history, signal);
    const mirrored = performance.now();
    shown.abort();
    await showing;
    event('all messages have arrived; comparing Redis with MongoDB, key by key');
    const { alreadyThere } = await watch.state();
    const wanted = keyFilter(['*'], [queueKeys]);
    const perKey = await orAborted(
      compareMirror({ redis, db, wanted, history, settleMs: SETTLE_MS }),
      signal,
    );
    const problems = [...perKey.flatMap((report) => report.problems), ...lacking(perKey, plan)];
    return {
      ok: problems.length === 0,
      problems,
      perKey,
      writingMs: written - begin,
      behindMs: mirrored - written,
      setChanges: generator.setChanges,
      valueChanges: generator.valueChanges,
      alreadyThere,
    };
  } catch (error) {
    // Waits and sleeps throw an AbortError of their own. The signal's reason says more.
    throw crashed.signal.aborted ? crashed.signal.reason : error;
  } finally {
    shown.abort();
    await showing;
  }
}

/**
 * Duration of the writing, in ms: 5,000 messages per second; at least the time for
 * the kill, and at most a minute.
 */
function writingTime(messages: number): number {
  return Math.min(60_000, Math.max(4_000, messages / 5));
}

/** Finds planned keys and messages that were not compared. */
function lacking(perKey: readonly KeyReport[], { streams, sets, values }: KeyPlan): string[] {
  const compared = new Map(perKey.map((report) => [report.key, report]));
  return [
    ...streams.flatMap(({ key, messages }) =>
      compared.get(key)?.messages === messages
        ? []
        : [`${key}: not all of its ${messages} messages were compared`],
    ),
    ...[...sets, ...values].flatMap(({ key }) => (compared.has(key) ? [] : [`${key}: was not compared`])),
  ];
}

function sizeText({ messages, streams, sets, values, workers }: DemoOptions): string {
  const mains = Math.ceil(streams / 2);
  return `${grouped(messages)} messages in ${streams} streams (${mains} main, ${streams - mains} info), ${sets} sets, ${grouped(values)} other values, ${workersText(workers)}`;
}

function workersText(count: number): string {
  return count === 1 ? '1 worker' : `${count} workers`;
}

/**
 * The work's result, or the signal's reason if it aborts first. The work then goes
 * on, and its result is ignored.
 */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  return await Promise.race([work, aborted]);
}

interface RecreationOptions {
  readonly history: History;
  readonly watch: MirrorWatch;
  readonly say: (line: string) => void;
}

/**
 * Deletes a stream and creates it again. It is deleted once its first incarnation is in MongoDB,
 * because unread entries would be a gap that cannot be compared. It is created again once
 * MongoDB shows that it is retired.
 */
function recreationOf(stream: StreamPlan, { history, watch, say }: RecreationOptions): Recreation {
  const { key } = stream;
  return {
    stream,
    untilDrained: (messages, signal) => watch.untilDrained(key, messages, signal),
    onDeleted: async (signal) => {
      say(`stream ${key} deleted after ${grouped(history.of(key).entries)} messages`);
      await watch.untilRetired(key, signal);
      say(`stream ${key} is retired in MongoDB; its second incarnation begins`);
    },
  };
}

/**
 * Kills a busy worker: during the generator's burst, as soon as the fleet has made progress on it. Then
 * starts another one, as an orchestrator would.
 */
async function breakWorker(
  fleet: Fleet,
  generator: Generator,
  watch: MirrorWatch,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!generator.burstBegun) await sleep(10, undefined, { signal });
  const { seen } = await watch.state();
  await watch.untilMoreThan(seen, signal);
  const workers = fleet.running('worker');
  const victim = workers[Math.floor(workers.length / 2)];
  if (!victim) return;
  const { pid, name } = victim;
  await fleet.kill(victim, 'SIGKILL');
  say(`${name} (pid ${pid}) killed with SIGKILL, in the middle of its work`);
  const next = await fleet.addWorker();
  say(`${next.name} (pid ${next.pid}) started in its place`);
}

const EVERY_MS = 250;

/** Updates the progress line until the signal aborts, then removes it. @param total the messages to write. */
async function showProgress(
  progress: Progress,
  total: number,
  history: History,
  watch: MirrorWatch,
  signal: AbortSignal,
): Promise<void> {
  await repeatEvery(EVERY_MS, signal, async () => {
    const state = await watch.state().catch(() => undefined); // the waits for the mirror report errors
    if (!state || signal.aborted) return;
    const [written, mirrored] = [history.entries, state.seen];
    progress.update({
      ...{ total, begun: written, done: mirrored },
      describe: (perSecond) =>
        `${grouped(mirrored)} of ${grouped(total)} in MongoDB, ${grouped(written)} written to Redis, ${grouped(perSecond)}/s`,
    });
  });
  progress.clear();
}
