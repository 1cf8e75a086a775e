import { fuzz } from '@redis-to-mongo/test-kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bookkeepingKeys } from '../src/bookkeeping.js';
import {
  BEGIN,
  BUSY,
  END,
  HEARTBEAT,
  NEEDS_ANOTHER,
  QUARANTINED,
  RELEASE,
  RETAINED,
  STILL_HELD,
  SUSPECT,
  WAS_INTERRUPTED,
  WAS_RETAINED,
} from '../src/claim-scripts.js';
import { ABANDONED, IS_TAILED, NEEDS_JOB, OVERDUE, REQUEST } from '../src/due-scripts.js';
import type { RunEnd } from '../src/index.js';
import { QUARANTINE } from '../src/quarantine.js';
import { queueUnderTest } from './queue-under-test.js';

const on = queueUnderTest('model');

const KEYS = ['a', 'b'];
const WORKERS = ['w1', 'w2', 'w3'];
const GRANTED = 1;
const ALIVE_MS = 3_600_000;

/** A run that has begun, by its worker's word: the server may have given its key to another one since. */
interface Run {
  readonly key: string;
  readonly worker: string;
  readonly run: string;
  readonly beganAt: number;
  isTailing: boolean;
}

type Step =
  | {
      readonly do: 'request';
      readonly key: string;
      readonly leavesTailed: boolean;
      readonly isJobLost: boolean;
    }
  | { readonly do: 'begin'; readonly key: string; readonly worker: string; readonly isAlone: boolean }
  | { readonly do: 'end'; readonly at: number; readonly how: RunEnd; readonly isSentTwice: boolean }
  | { readonly do: 'release'; readonly at: number }
  | { readonly do: 'ask'; readonly at: number }
  | { readonly do: 'die'; readonly worker: string }
  | { readonly do: 'live'; readonly worker: string };

const key = fc.constantFrom(...KEYS);
const worker = fc.constantFrom(...WORKERS);
const at = fc.nat(20);
const rarely = fc.nat(4).map((n) => n === 0);
const how = fc.constantFrom<RunEnd>('done', 'done', 'retain', 'retain', 'more', 'failed', 'overtaken');
const step = fc.oneof(
  fc.record({ do: fc.constant('request' as const), key, leavesTailed: fc.boolean(), isJobLost: rarely }),
  fc.record({ do: fc.constant('begin' as const), key, worker, isAlone: fc.boolean() }),
  fc.record({ do: fc.constant('end' as const), at, how, isSentTwice: rarely }),
  fc.record({ do: fc.constant('release' as const), at }),
  fc.record({ do: fc.constant('ask' as const), at }),
  fc.record({ do: fc.constant('die' as const), worker }),
  fc.record({ do: fc.constant('live' as const), worker }),
);

/** What must be so, whatever the order of steps, beside what the queue's Redis says. */
class Model {
  readonly #names = bookkeepingKeys(on.settings);
  readonly #runs: Run[] = [];
  readonly #alive = new Set(WORKERS);
  readonly #holder = new Map<string, Run>();
  /** Keys whose last run did not end well. */
  readonly #interrupted = new Set<string>();
  /** By key: when it was last requested, unless a run that began later has ended well. */
  readonly #unanswered = new Map<string, number>();
  readonly #quarantined = new Set<string>();
  /** Keys that have a job. */
  readonly #jobs = new Set<string>();
  #now = 0;

  async begin(): Promise<void> {
    await on.redis.flushall();
    await HEARTBEAT.run(on.redis, this.#names, ALIVE_MS, ...WORKERS);
  }

  async take(next: Step): Promise<void> {
    this.#now++;
    if (next.do === 'request') await this.#request(next);
    else if (next.do === 'begin') await this.#begin(next);
    else if (next.do === 'die') await this.#die(next.worker);
    else if (next.do === 'live') await this.#live(next.worker);
    else {
      const run = this.#runs[next.at % Math.max(1, this.#runs.length)];
      if (!run) return;
      if (next.do === 'ask') await this.#ask(run);
      else if (next.do === 'release') await this.#release(run);
      else await this.#end(run, next);
    }
  }

  async check(): Promise<void> {
    const [due, claims] = this.#names;
    const [overdue, abandoned, dueSince, claimed] = await Promise.all([
      OVERDUE.texts(on.redis, this.#names, 0, 100),
      this.#abandoned(),
      on.redis.zmscore(due, ...KEYS),
      on.redis.hmget(claims, ...KEYS),
    ]);
    for (const [i, name] of KEYS.entries()) {
      const isDue = dueSince[i] !== null;
      const holder = this.#liveHolder(name);
      if (this.#unanswered.has(name) && !this.#quarantined.has(name)) {
        const isNoted = holder !== undefined && claimed[i]?.split(' ')[4] !== '0';
        const what = `${name}: requested, and no run that began later has ended well`;
        expect(isDue || isNoted || abandoned.includes(name), what).toBe(true);
      }
      // A run under way finds the request at its end. A job may be lost, or its worker have died: then the key is reported.
      if (isDue && !this.#jobs.has(name) && (!holder || holder.isTailing))
        expect(
          overdue.includes(name) || abandoned.includes(name),
          `${name}: due, without a job or a run`,
        ).toBe(true);
    }
  }

  async #request({ key: name, leavesTailed, isJobLost }: Extract<Step, { do: 'request' }>): Promise<void> {
    const [answer] = await REQUEST.numbers(on.redis, this.#names, leavesTailed ? 1 : 0, 0, name);
    this.#unanswered.set(name, this.#now);
    if (answer === NEEDS_JOB && !isJobLost) this.#jobs.add(name);
    const isTailed = this.#liveHolder(name)?.isTailing === true;
    expect(answer === IS_TAILED, `${name}: left to who tails it`).toBe(leavesTailed && isTailed);
  }

  async #begin({ key: name, worker: by, isAlone }: Extract<Step, { do: 'begin' }>): Promise<void> {
    const run: Run = { key: name, worker: by, run: String(this.#now), beganAt: this.#now, isTailing: false };
    this.#count(by);
    const holder = this.#liveHolder(name);
    const args = [by, run.run, ALIVE_MS, isAlone ? 1 : 0, name];
    const [answer] = await BEGIN.numbers(on.redis, this.#names, ...args);
    this.#jobs.delete(name);
    if (answer === SUSPECT) {
      expect(isAlone, 'a suspect that runs alone').toBe(false);
      this.#jobs.add(name); // it is claimed again
      return;
    }
    if (answer === QUARANTINED) {
      expect(this.#interrupted.has(name), `${name}: quarantined after runs that did not end`).toBe(true);
      this.#quarantined.add(name);
      return;
    }
    expect(answer === BUSY, `${name}: held by a live worker`).toBe(holder !== undefined && !holder.isTailing);
    if (answer === BUSY) {
      this.#unanswered.set(name, this.#now);
      return;
    }
    this.#quarantined.delete(name);
    const expected = this.#interrupted.has(name) ? WAS_INTERRUPTED : holder ? WAS_RETAINED : GRANTED;
    expect(answer, `${name}: how the run before ended`).toBe(expected);
    this.#runs.push(run);
    this.#holder.set(name, run);
    this.#interrupted.add(name);
  }

  async #end(run: Run, { how, isSentTwice }: Extract<Step, { do: 'end' }>): Promise<void> {
    if (run.isTailing) return;
    const { key: name } = run;
    const args = [run.worker, run.run, how, 1, name];
    let [answer] = await END.numbers(on.redis, this.#names, ...args);
    // The answer to the first was lost: nobody would tail, or add a job.
    if (isSentTwice) {
      const again = how === 'retain' ? 'more' : how;
      [answer] = await END.numbers(on.redis, this.#names, run.worker, run.run, again, 1, name);
    }
    if (answer === NEEDS_ANOTHER) this.#jobs.add(name);
    const isHolder = this.#holder.get(name) === run;
    this.#forget(run);
    if (!isHolder) {
      if (answer === NEEDS_ANOTHER) this.#quarantined.delete(name);
      if (!this.#holder.has(name) && (how === 'failed' || how === 'overtaken')) this.#interrupted.add(name);
      return;
    }
    const endsWell = how === 'done' || how === 'more' || how === 'retain';
    if (endsWell) this.#interrupted.delete(name);
    const isAnswered =
      (how === 'done' || how === 'retain') && (this.#unanswered.get(name) ?? 0) < run.beganAt;
    if (isAnswered) this.#unanswered.delete(name);
    if (how === 'retain' && answer === RETAINED && !isSentTwice) {
      run.isTailing = true;
      this.#runs.push(run);
      if (!this.#alive.has(run.worker)) this.#interrupted.add(name); // as in #die
    } else this.#holder.delete(name);
  }

  async #release(run: Run): Promise<void> {
    if (!run.isTailing) return;
    const [answer] = [await RELEASE.run(on.redis, this.#names, run.worker, run.run, run.key)];
    if (answer === 1) this.#jobs.add(run.key);
    if (this.#holder.get(run.key) === run) {
      this.#holder.delete(run.key);
      this.#interrupted.delete(run.key); // its worker was only taken for dead
    }
    this.#forget(run);
  }

  async #ask(run: Run): Promise<void> {
    if (!run.isTailing) return;
    const [answer] = await STILL_HELD.numbers(on.redis, this.#names, run.worker, run.run, run.key);
    expect(answer === 1, `${run.key}: still held`).toBe(this.#holder.get(run.key) === run);
  }

  async #die(name: string): Promise<void> {
    await on.redis.zadd(this.#names[2], 1, name);
    this.#alive.delete(name);
    // What it tailed was written to after its run.
    for (const run of this.#holder.values()) if (run.worker === name) this.#interrupted.add(run.key);
  }

  /** It was only taken for dead. */
  async #live(name: string): Promise<void> {
    await HEARTBEAT.run(on.redis, this.#names, ALIVE_MS, name);
    this.#count(name);
  }

  #count(name: string): void {
    this.#alive.add(name);
    for (const run of this.#holder.values())
      if (run.worker === name && run.isTailing) this.#interrupted.delete(run.key);
  }

  #forget(run: Run): void {
    const place = this.#runs.indexOf(run);
    if (place >= 0) this.#runs.splice(place, 1);
  }

  #liveHolder(name: string): Run | undefined {
    const holder = this.#holder.get(name);
    return holder && this.#alive.has(holder.worker) ? holder : undefined;
  }

  async #abandoned(): Promise<readonly string[]> {
    const reply = await ABANDONED.list(
      on.redis,
      this.#names,
      '0',
      100,
      QUARANTINE.starts,
      QUARANTINE.ms,
      5_000,
    );
    return Array.isArray(reply[1]) ? reply[1].map(String) : [];
  }
}

it('no request is forgotten, and no run that did not end well, in whatever order workers and requests come and go', async () => {
  await fuzz(
    'orders of requests, runs, ends and deaths',
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const model = new Model();
      await model.begin();
      for (const next of steps) {
        await model.take(next);
        await model.check();
      }
    }),
    150,
  );
});
