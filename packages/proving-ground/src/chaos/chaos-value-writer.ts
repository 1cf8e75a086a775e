import { setTimeout as sleep } from 'node:timers/promises';
import { OneAtATime } from '@redis-to-mongo/pipeline';
import type { ChainableCommander, Redis } from 'ioredis';
import { type Random, wholeFrom } from '../generator/random.js';
import type { ValueModel } from '../values/value-model.js';
import { isRefusal, refused, type SourceConnection } from './source-connection.js';
import { ABSENT, valueDigest, WrittenValue } from './written-value.js';

export interface ChaosValueWriterOptions {
  /** The key's name, and another one where it is renamed now and then. */
  readonly names: readonly [string, ...string[]];
  /** More than one where it changes its type now and then. */
  readonly models: readonly [ValueModel, ...ValueModel[]];
  readonly source: SourceConnection;
  readonly random: Random;
}

type Commands = (commands: ChainableCommander) => void;

/** How long a value that expires is there, in ms. */
const EXPIRY_MS = [50, 800] as const;
/** Of this many changes, one is of each other kind. */
const RARELY = 12;

/**
 * The one writer of one value. Each of its changes is one transaction, so Redis only ever has the states that are noted. Where
 * one is not answered, the whole state is written once more: that does no harm where it was done.
 */
export class ChaosValueWriter extends OneAtATime {
  readonly written: readonly WrittenValue[];
  readonly #options: ChaosValueWriterOptions;
  #name = 0;
  #model = 0;
  #exists = false;
  #version = 0;

  constructor(options: ChaosValueWriterOptions) {
    super();
    this.#options = options;
    this.written = options.names.map((name) => new WrittenValue(name, options.models.length > 1));
  }

  /** Whether the key was there after the last write. */
  get exists(): boolean {
    return this.#exists;
  }

  /** One step: most are changes of a few of its parts. */
  async step(): Promise<void> {
    const { random, names, models } = this.#options;
    if (!this.#exists) return await this.fill();
    const kind = wholeFrom(random, 0, RARELY);
    if (kind === 0) await this.remove();
    else if (kind === 1) await this.#expire(wholeFrom(random, ...EXPIRY_MS));
    else if (kind === 2 && names.length > 1) await this.#rename();
    else if (kind === 3 && models.length > 1) await this.#retype();
    else await this.#change();
  }

  /** Makes it, where it is not there. */
  async fill(): Promise<void> {
    this.#current.change(this.#next(), this.#options.random);
    this.#exists = true;
    await this.#carryOut(this.#rewrite, this.#rewrite);
  }

  /** It is about to go with all that Redis holds. */
  beginLoss(): void {
    this.#exists = false;
    this.#here.begin(ABSENT);
  }

  /** Redis has emptied itself. */
  endLoss(): void {
    this.#here.done();
  }

  get keyType(): string {
    return this.#current.keyType;
  }

  get #current(): ValueModel {
    const [first] = this.#options.models;
    return this.#options.models[this.#model] ?? first;
  }

  get key(): string {
    return this.#options.names[this.#name] ?? this.#options.names[0];
  }

  get #here(): WrittenValue {
    const here = this.written[this.#name];
    if (!here) throw new Error(`nothing is known of ${this.key}`);
    return here;
  }

  readonly #rewrite: Commands = (commands) => {
    for (const name of this.#options.names) commands.del(name);
    this.#current.write(commands, this.key);
  };

  async #change(): Promise<void> {
    const change = this.#current.change(this.#next(), this.#options.random);
    await this.#carryOut((commands) => change(commands, this.key), this.#rewrite);
  }

  async #retype(): Promise<void> {
    this.#model = (this.#model + 1) % this.#options.models.length;
    this.#current.change(this.#next(), this.#options.random);
    await this.#carryOut(this.#rewrite, this.#rewrite);
  }

  async #rename(): Promise<void> {
    const [from, before] = [this.key, this.#here];
    this.#name = (this.#name + 1) % this.#options.names.length;
    before.begin(ABSENT);
    await this.#carryOut((commands) => void commands.rename(from, this.key), this.#rewrite);
    before.done();
  }

  /** Deletes the key, and notes that. */
  async remove(): Promise<void> {
    this.#exists = false;
    this.#here.begin(ABSENT);
    await this.#options.source.answered((redis) => redis.del(this.key));
    this.#here.done();
  }

  /** The newest state is there for a moment. */
  async #expire(ms: number): Promise<void> {
    const withExpiry: Commands = (commands) => {
      this.#rewrite(commands);
      commands.pexpire(this.key, ms);
    };
    this.#current.change(this.#next(), this.#options.random);
    this.#here.begin(this.#digest());
    this.#here.begin(ABSENT);
    this.#exists = false;
    await this.#send(withExpiry, withExpiry);
    do await sleep(ms);
    while (await this.#options.source.answered((redis) => redis.exists(this.key)));
    this.#here.done();
  }

  async #carryOut(first: Commands, again: Commands): Promise<void> {
    this.#here.begin(this.#digest());
    await this.#send(first, again);
    this.#here.done();
  }

  async #send(first: Commands, again: Commands): Promise<void> {
    const { source } = this.#options;
    const run = (fill: Commands) => async (redis: Redis) => {
      const commands = redis.multi();
      fill(commands);
      return (await commands.exec()) ?? [];
    };
    const replies = (await source.attempt(run(first))) ?? (await source.answered(run(again)));
    for (const [error] of replies) if (isRefusal(error)) throw refused(error);
  }

  #digest(): string {
    return valueDigest(this.#current.keyType, this.#current.items());
  }

  #next(): number {
    this.#version += 1;
    return this.#version;
  }
}
