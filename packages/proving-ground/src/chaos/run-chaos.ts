import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FleetFacts, FleetIdentity, readFacts } from '@redis-to-mongo/fleet-status';
import { JobQueue } from '@redis-to-mongo/job-queue';
import type { Closers } from '@redis-to-mongo/pipeline';
import { addressOfUrl, connectRedis } from '@redis-to-mongo/redis-connection';
import type { Fleet } from '../fleet/fleet.js';
import { ONE_TRY, openRedis } from '../program/open-redis.js';
import { processUsage } from '../program/process-usage.js';
import type { ProgramContext } from '../program/run-program.js';
import { repeatEvery } from '../program/until-moved.js';
import { modelsKnownTo } from '../values/value-model.js';
import { breakThings } from './break-things.js';
import { type ChaosEnvironment, openChaosEnvironment, QUEUE_PREFIX } from './chaos-environment.js';
import { refillFleet, startChaosFleet } from './chaos-fleet.js';
import { ChaosLoad } from './chaos-load.js';
import type { ChaosOptions } from './chaos-options.js';
import type { ChaosReport } from './chaos-report.js';
import type { FaultKind } from './faults.js';
import { judge } from './judge.js';
import { KeptApart } from './kept-apart.js';
import { Losses } from './losses.js';
import { planFaults } from './plan-faults.js';
import { PositionWatch } from './position-watch.js';
import { untilSettled } from './settle.js';
import { ValueWatch } from './value-watch.js';
import { VerdictWatch } from './verdict-watch.js';

/** Reads the facts that the dashboard and the command `status` use, on direct connections. */
function factsOf(environment: ChaosEnvironment, closing: Closers): () => Promise<FleetFacts> {
  const onError = () => {}; // the facts report errors
  const queue = new JobQueue({ redis: addressOfUrl(environment.queue.url), prefix: QUEUE_PREFIX }, onError);
  const source = connectRedis(addressOfUrl(environment.source.url), onError);
  closing.add('what page and command read', async () => {
    source.disconnect();
    queue.leave();
    await queue.close();
  });
  const { db } = environment;
  const identity = new FleetIdentity({
    queue,
    db,
    source,
    address: addressOfUrl(environment.env.REDIS_URL ?? ''),
  });
  return async () => await readFacts({ queue, db, source, identity });
}

/**
 * Memory limit of each process of the fleet, in MiB. A worker here reads 32 MiB ahead,
 * and one entry may have 16 MiB.
 */
const MOST_MIB = 400;

/** The time between a loss of the queue and one of the target, in ms: longer than a run takes to end. */
const APART_MS = 20_000;

/**
 * A whole run: servers, fleet, load, faults, and the comparison. Everything it opens stays open until
 * the caller closes `closing`.
 * @throws LocalStackError, ProvingError; any error once the signal has aborted.
 */
export async function runChaos(options: ChaosOptions, context: ProgramContext): Promise<ChaosReport> {
  const { progress, dir, signal, closing } = context;
  const { seed, seconds, workers, rate, with: more } = options;
  const plan = planFaults(seed, seconds * 1000, options.targetLosses);
  await writeFile(join(dir, 'plan.json'), `${JSON.stringify({ options, plan }, null, 1)}\n`);
  const begun = performance.now();
  const event = (line: string) => {
    const text = `${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${line}`;
    progress.say(text);
    void appendFile(join(dir, 'events.log'), `${text}\n`);
  };
  progress.say(progress.colors.bold(`chaos: ${plan.length} faults in ${seconds} s, seed ${seed}`));
  const environment = await openChaosEnvironment(dir, (line) => progress.say(line), closing);
  const problems: string[] = [];
  const fleet = await startChaosFleet(environment, context, options, (problem) => {
    problems.push(problem);
    event(problem);
  });

  const redis = openRedis(environment.source.url);
  closing.add('redis', () => redis.disconnect());
  const isKnown = await modelsKnownTo(redis);
  const load = new ChaosLoad({ redisUrl: environment.source.url, ...options, isKnown, signal });
  closing.add('load', () => load.close());
  try {
    await load.begin();
    await untilSettled({ redis, db: environment.db, load, signal });
    event('the fleet has all keys; faults begin');

    const over = new AbortController();
    const losses = new Losses();
    const apart = new KeptApart(APART_MS, signal);
    const positions = new PositionWatch(losses);
    const memory = new MemoryWatch();
    const values = new ValueWatch(
      environment.db,
      load.values.flatMap(({ written }) => written),
      losses,
    );
    const readFacts = factsOf(environment, closing);
    const verdicts = new VerdictWatch({ load, values, losses, db: environment.db, readFacts });
    const watching = Promise.all([
      positions.run(environment.db, over.signal),
      memory.run(fleet, over.signal),
      values.run(over.signal),
      verdicts.run(over.signal),
    ]);
    closing.add('watching', async () => {
      over.abort();
      await watching;
    });
    const faults: Partial<Record<FaultKind, number>> = {};
    await load.during(async () => {
      await breakThings(
        {
          load,
          redis,
          fleet,
          environment,
          signal,
          loseTarget: (work) =>
            apart.run('target', async () => {
              load.hasLostTarget = true;
              await losses.during(work);
            }),
          loseQueue: (work) => apart.run('queue', work),
          onFault: ({ kind }, what, begunMs) => {
            faults[kind] = (faults[kind] ?? 0) + 1;
            event(`${kind} (at ${(begunMs / 1000).toFixed(1)} s): ${what}`);
          },
        },
        plan,
      );
    });
    const stoppedAt = performance.now();
    event('everything is up again, and writing has stopped');
    await refillFleet(fleet, workers);
    await untilSettled({ redis, db: environment.db, load, signal, onWait: event });
    const settledAfter = (performance.now() - stoppedAt) / 1000;
    event(`settled after ${settledAfter.toFixed(1)} s; comparing`);
    await verdicts.untilComplete(signal);
    const judgement = await judge(redis, environment.db, load);
    over.abort();
    await watching;
    const peakMiB = Object.fromEntries(
      [...memory.peaks].map(([app, bytes]) => [app, Math.ceil(bytes / 2 ** 20)]),
    );
    for (const [app, mib] of Object.entries(peakMiB))
      if (mib > MOST_MIB) problems.push(`a ${app} held ${mib} MiB, more than ${MOST_MIB}`);
    problems.push(...positions.problems, ...values.problems, ...verdicts.problems, ...judgement.problems);
    if (problems.length > 0) await keepState(dir, environment, load);
    const sum = (value: (findings: (typeof judgement.streams)[number]) => number) =>
      judgement.streams.reduce((total, findings) => total + value(findings), 0);
    const entries = sum((findings) => findings.entries);
    const incarnations = load.streams.reduce((total, { written }) => total + written.incarnations.length, 0);
    return {
      ok: problems.length === 0,
      ...{ seed, seconds, workers, rate, with: more },
      servers: [environment.source.server.kind, environment.mongo.server.kind],
      ...{ faults, entries, states: load.valueChanges, verdicts: verdicts.checked },
      counted: [
        ['faults', Object.values(faults).reduce((total, times) => total + times, 0)],
        ['entries written', entries],
        [`streams, ${incarnations} incarnations`, judgement.streams.length],
        ['messages in MongoDB', sum(({ documents }) => documents)],
        ['dead letters', sum(({ dead }) => dead)],
        ['entries counted as gaps', sum(({ gap }) => gap)],
        ['entries that Redis dropped unread', sum(({ lost }) => lost)],
        ['written again, and already there', sum(({ alreadyThere }) => alreadyThere)],
        ['XADDs without an answer that were executed', load.outcomes.found],
        ['XADDs without an answer that were not executed', load.outcomes.absent],
        ['changes of values', load.valueChanges],
        ['values equal', judgement.values],
        ['states of values seen in MongoDB, each one real', values.states],
        ['verdicts queried', verdicts.asked],
        ['of these, complete except losses and dead letters', verdicts.complete],
        ['of these, compared with what was written', verdicts.checked],
        ['checks of all positions', positions.reads],
        ['processes of the fleet', fleet.members.length],
        ...Object.entries(peakMiB).map(([app, mib]) => [`peak memory of a ${app}, MiB`, mib] as const),
        ['seconds to settle', Math.round(settledAfter)],
        ['problems', problems.length],
      ],
      problems,
    };
  } catch (error) {
    if (!signal.aborted) await keepState(dir, environment, load);
    throw error;
  }
}

/**
 * Writes the documents in `keys` and the XINFO of each stream to state.json. A server
 * that is down is noted as such.
 */
async function keepState(dir: string, { source, db }: ChaosEnvironment, load: ChaosLoad): Promise<void> {
  const keys = await db
    .collection('keys')
    .find({}, { timeoutMS: 5_000 })
    .toArray()
    .catch(() => 'MongoDB did not answer');
  const redis = openRedis(source.url, ONE_TRY);
  const infos: Record<string, unknown> = {};
  for (const { written } of load.streams)
    infos[written.key] = await redis.xinfo('STREAM', written.key).catch((error: unknown) => String(error));
  redis.disconnect();
  await writeFile(join(dir, 'state.json'), `${JSON.stringify({ keys, infos }, null, 1)}\n`);
}

const EVERY_MS = 1_000;

/** The peak memory of any process of each app, in bytes. */
class MemoryWatch {
  readonly peaks = new Map<string, number>();

  /** Reads until the signal aborts. */
  async run(fleet: Fleet, signal: AbortSignal): Promise<void> {
    await repeatEvery(EVERY_MS, signal, async () => {
      for (const { app, pid, isRunning } of fleet.members) {
        if (!isRunning || pid === undefined) continue;
        const { bytes } = await processUsage(pid).catch(() => ({ bytes: 0 })); // the process has just ended
        this.peaks.set(app, Math.max(bytes, this.peaks.get(app) ?? 0));
      }
    });
  }
}
