import { Buffer } from 'node:buffer';
import { type Random, wholeFrom } from '../generator/random.js';
import type { SourceConnection } from './source-connection.js';

/** Fewer than this are never left: a set without members is not there any more. */
const LEAST = 3;

/** The one writer of one set. SADD and SREM do no harm when they are done twice, so each is repeated until it is answered. */
export class SetHand {
  readonly key: string;
  readonly #source: SourceConnection;
  readonly #random: Random;
  /** By their bytes in latin1. */
  readonly #members: string[] = [];
  #made = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(key: string, source: SourceConnection, random: Random) {
    this.key = key;
    this.#source = source;
    this.#random = random;
  }

  /** What the set must hold. */
  get members(): readonly Buffer[] {
    return this.#members.map((member) => Buffer.from(member, 'latin1'));
  }

  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {}); // told to whoever asked for it
    return await turn;
  }

  async fill(members: number): Promise<void> {
    const added = Array.from({ length: Math.max(LEAST, members) }, () => this.#newMember());
    await this.#source.answered((redis) => redis.sadd(this.key, ...added));
    this.#members.push(...added.map((member) => member.toString('latin1')));
  }

  /** Adds a member, or removes one. */
  async change(): Promise<void> {
    if (this.#members.length > LEAST && this.#random() < 0.5) {
      const [gone = ''] = this.#members.splice(wholeFrom(this.#random, 0, this.#members.length - 1), 1);
      await this.#source.answered((redis) => redis.srem(this.key, Buffer.from(gone, 'latin1')));
    } else await this.fillOne();
  }

  async fillOne(): Promise<void> {
    const member = this.#newMember();
    await this.#source.answered((redis) => redis.sadd(this.key, member));
    this.#members.push(member.toString('latin1'));
  }

  /** Deletes the set; it comes back with its next member. */
  async removeSet(): Promise<void> {
    await this.#source.answered((redis) => redis.del(this.key));
    this.lost();
  }

  /** It is gone with all that Redis held. */
  lost(): void {
    this.#members.length = 0;
  }

  /** Every seventh is not UTF-8. */
  #newMember(): Buffer {
    this.#made += 1;
    const name = Buffer.from(`member-${this.#made}`);
    return this.#made % 7 === 0 ? Buffer.concat([name, Buffer.from([0xff, this.#made % 256])]) : name;
  }
}
