import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { lookAtValues, type ValueLook } from './value-print.js';

export interface ValueWatchOptions {
  readonly redis: Redis;
  /** Time between two looks at a value, in ms; longer where all of them together would take too much. */
  readonly intervalMs: (key: string) => number;
  /** How often it is looked which values are due, in ms. */
  readonly tickMs: number;
  /** Told of values that changed, went, or are seen for the first time. When it throws, the same are told again. */
  readonly onNews: (keys: readonly string[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

interface WatchedValue {
  readonly key: string;
  print: string | undefined;
  bytes: number | undefined;
  expiresAt: number | undefined;
  dueAt: number;
  isLarge: boolean;
}

/** Values looked at in one step; what a step takes is kept below a millisecond or two of Redis. */
const STEP = 200;
/** A large value is measured again after this long, in ms. */
const LARGE_AGAIN_MS = 60_000;
/** Two looks give expiry times that differ by the time between command and answer, in ms. */
const EXPIRY_SLACK_MS = 2_000;

/** Watches values of any type but streams, by looking at them again and again: nothing in Redis tells of a change. */
export class ValueWatch {
  readonly #options: ValueWatchOptions;
  readonly #all = new Map<string, WatchedValue>();
  readonly #running: Promise<void>;
  #closed = false;
  #isOff = false;

  constructor(options: ValueWatchOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Whether a change of the key would be noticed: it is small enough to be looked at, and was. */
  isWatching(key: string): boolean {
    const value = this.#all.get(key);
    return !this.#isOff && value !== undefined && !value.isLarge && value.print !== undefined;
  }

  add(key: string): void {
    if (this.#all.has(key)) return;
    this.#all.set(key, {
      key,
      print: undefined,
      bytes: undefined,
      expiresAt: undefined,
      dueAt: 0,
      isLarge: false,
    });
  }

  remove(key: string): void {
    this.#all.delete(key);
  }

  /** Looks at everything now: hints may have been missed. */
  lookAgain(): void {
    for (const value of this.#all.values()) value.dueAt = 0;
  }

  /** The user may not look (no privilege): no value counts as watched. */
  turnOff(): void {
    this.#isOff = true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const { tickMs, onError } = this.#options;
    while (!this.#closed) {
      const began = performance.now();
      const now = Date.now();
      const due = this.#isOff ? [] : [...this.#all.values()].filter(({ dueAt }) => dueAt <= now);
      try {
        for (let i = 0; i < due.length && !this.#closed; i += STEP) await this.#look(due.slice(i, i + STEP));
      } catch (error) {
        if (!this.#closed) onError(error);
      }
      // No more than a quarter of the time is spent on looking.
      const tookMs = performance.now() - began;
      await sleep(Math.max(tickMs, 3 * tookMs));
    }
  }

  async #look(values: readonly WatchedValue[]): Promise<void> {
    const looks = await lookAtValues(this.#options.redis, values);
    const now = Date.now();
    const changed: (() => void)[] = [];
    const keys: string[] = [];
    values.forEach((value, i) => {
      const look = looks[i];
      if (!look) return;
      value.dueAt = now + (look.kind === 'large' ? LARGE_AGAIN_MS : this.#options.intervalMs(value.key));
      value.isLarge = look.kind === 'large';
      if (look.kind === 'large' || !differs(value, look)) return;
      keys.push(value.key);
      changed.push(() => {
        value.print = look.kind === 'gone' ? 'gone' : look.print;
        value.bytes = look.kind === 'gone' ? undefined : look.bytes;
        value.expiresAt = look.kind === 'gone' ? undefined : look.expiresAt;
      });
    });
    if (keys.length === 0) return;
    await this.#options.onNews(keys);
    for (const remember of changed) remember();
  }
}

function differs(value: WatchedValue, look: Exclude<ValueLook, { kind: 'large' }>): boolean {
  if (look.kind === 'gone') return value.print !== 'gone';
  if (look.print !== value.print) return true;
  if (look.expiresAt === undefined || value.expiresAt === undefined)
    return look.expiresAt !== value.expiresAt;
  return Math.abs(look.expiresAt - value.expiresAt) > EXPIRY_SLACK_MS;
}
