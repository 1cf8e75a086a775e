import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { Closing } from '../demo/closing.js';
import type { Progress } from '../demo/progress.js';
import { Fleet } from '../fleet/fleet.js';
import { newPassword } from '../fleet/fleet-env.js';
import { endText } from '../fleet/fleet-member.js';
import { breakThings } from './break-things.js';
import { ChaosLoad } from './chaos-load.js';
import type { ChaosOptions } from './chaos-options.js';
import { type ChaosPlace, openChaosPlace } from './chaos-place.js';
import type { ChaosReport } from './chaos-report.js';
import type { FaultKind } from './fault.js';
import { judge } from './judge.js';
import { keepState } from './keep-evidence.js';
import { MemoryWatch } from './memory-watch.js';
import { planFaults } from './plan-faults.js';
import { PositionWatch } from './position-watch.js';
import { untilSettled } from './settle.js';

/** No process of the fleet may ever hold more, in MiB. A worker here reads 32 MiB ahead; one entry may have 16. */
const MOST_MIB = 400;
const SCHEDULERS = 2;

export interface ChaosContext {
  readonly progress: Pick<Progress, 'say' | 'colors'>;
  readonly closing: Closing;
  /** For logs, data and evidence. */
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** What a run found, and the processes it had, which must be gone when `closing` is closed. */
export interface ChaosResult {
  readonly report: ChaosReport;
  readonly pids: ReadonlySet<number>;
}

/**
 * One run: servers, fleet, load, faults, and the comparison. What it opens stays open until the caller closes `closing`.
 * @throws LocalStackError, ProvingError; anything once the signal has aborted.
 */
export async function runChaos(options: ChaosOptions, context: ChaosContext): Promise<ChaosResult> {
  const { progress, closing, dir, signal } = context;
  const plan = planFaults(options.seed, options.seconds * 1000);
  await writeFile(join(dir, 'plan.json'), `${JSON.stringify({ options, plan }, null, 1)}\n`);
  const begun = performance.now();
  const event = (line: string) => {
    const text = `${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${line}`;
    progress.say(text);
    void appendFile(join(dir, 'events.log'), `${text}\n`);
  };
  progress.say(
    progress.colors.bold(`chaos: ${plan.length} faults in ${options.seconds} s, seed ${options.seed}`),
  );
  const place = await openChaosPlace(dir, (line) => progress.say(line), closing);
  const problems: string[] = [];
  const fleet = await startFleet(options, context, place, (problem) => {
    problems.push(problem);
    event(problem);
  });
  closing.add(() => fleet.stop());

  const load = new ChaosLoad({ redisUrl: place.source.server.url, ...options, signal });
  closing.add(() => load.close());
  const redis = new Redis(place.source.server.url);
  redis.on('error', () => {}); // told by the commands that fail
  closing.add(() => redis.disconnect());
  try {
    await load.begin();
    await untilSettled({ redis, db: place.db, load, signal });
    event('the fleet has all keys; now things break');

    const over = new AbortController();
    const positions = new PositionWatch();
    const memory = new MemoryWatch();
    const watching = Promise.all([positions.run(place.db, over.signal), memory.run(fleet, over.signal)]);
    closing.add(async () => {
      over.abort();
      await watching;
    });
    const faults: Partial<Record<FaultKind, number>> = {};
    await writeWhile(load, async () => {
      await breakThings(
        {
          load,
          db: place.db,
          fleet,
          place,
          signal,
          onFault: ({ kind }, what, begunMs) => {
            faults[kind] = (faults[kind] ?? 0) + 1;
            event(`${kind} (at ${(begunMs / 1000).toFixed(1)} s): ${what}`);
          },
        },
        plan,
      );
    });
    const quiet = performance.now();
    event('everything is up again, and nothing is written any more');
    await refill(fleet, options.workers);
    await untilSettled({ redis, db: place.db, load, signal });
    const settledAfter = (performance.now() - quiet) / 1000;
    event(`settled after ${settledAfter.toFixed(1)} s; comparing`);
    const judgement = await judge(redis, place.db, load);
    over.abort();
    await watching;
    const peakMiB = Object.fromEntries(
      [...memory.peaks].map(([app, bytes]) => [app, Math.ceil(bytes / 2 ** 20)]),
    );
    for (const [app, mib] of Object.entries(peakMiB))
      if (mib > MOST_MIB) problems.push(`a ${app} held ${mib} MiB, more than ${MOST_MIB}`);
    problems.push(...positions.problems, ...judgement.problems);
    if (problems.length > 0)
      await keepState(
        dir,
        place,
        load.streams.map(({ written }) => written.key),
      );
    const sum = (value: (findings: (typeof judgement.streams)[number]) => number) =>
      judgement.streams.reduce((total, findings) => total + value(findings), 0);
    const report: ChaosReport = {
      ok: problems.length === 0,
      seed: options.seed,
      seconds: options.seconds,
      workers: options.workers,
      rate: options.rate,
      servers: [place.source.server.kind, place.mongo.server.kind],
      faults,
      streams: judgement.streams.length,
      lives: load.streams.reduce((total, { written }) => total + written.lives.length, 0),
      entries: sum(({ entries }) => entries),
      messages: sum(({ documents }) => documents),
      deadLetters: sum(({ dead }) => dead),
      gaps: sum(({ gap }) => gap),
      lost: sum(({ lost }) => lost),
      alreadyThere: sum(({ alreadyThere }) => alreadyThere),
      unanswered: load.outcomes,
      sets: load.sets.length,
      members: judgement.members,
      setChanges: load.setChanges,
      looks: positions.looks,
      processes: fleet.members.length,
      peakMiB,
      settledAfter: Math.round(settledAfter),
      problems,
    };
    return { report, pids: new Set(fleet.members.flatMap(({ pid }) => (pid === undefined ? [] : [pid]))) };
  } catch (error) {
    if (!signal.aborted)
      await keepState(
        dir,
        place,
        load.streams.map(({ written }) => written.key),
      );
    throw error;
  }
}

async function startFleet(
  { workers }: ChaosOptions,
  { dir, signal }: ChaosContext,
  { env, dbName }: ChaosPlace,
  onProblem: (problem: string) => void,
): Promise<Fleet> {
  const { REDIS_URL = '', MONGO_URI = '', ...options } = env;
  return await Fleet.start({
    redisUrl: REDIS_URL,
    mongoUri: MONGO_URI,
    mongoDbName: dbName,
    queuePrefix: 'chaos',
    dashboardPassword: newPassword(),
    dashboard: false,
    workers,
    schedulers: SCHEDULERS,
    options,
    dir: join(dir, 'fleet'),
    signal,
    onUnexpectedEnd: (member, end) => onProblem(`${member.name} ended by itself with ${endText(end)}`),
  });
}

/** Lets the load write while the work is done; whichever fails ends both. */
async function writeWhile(load: ChaosLoad, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const writing = load.run(stop.signal);
  try {
    await Promise.race([work(), writing]);
  } finally {
    stop.abort();
  }
  await writing;
}

/** Starts what is missing, and waits until all are ready. */
async function refill(fleet: Fleet, workers: number): Promise<void> {
  for (let missing = workers - fleet.running('worker').length; missing > 0; missing--) fleet.launch('worker');
  for (let missing = SCHEDULERS - fleet.running('scheduler').length; missing > 0; missing--)
    fleet.launch('scheduler');
  await Promise.all(
    [...fleet.running('worker'), ...fleet.running('scheduler')].map((member) => member.ready()),
  );
}
