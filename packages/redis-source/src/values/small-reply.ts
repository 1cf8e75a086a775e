import { hash } from 'node:crypto';
import type { Item, ItemSource } from '@redis-to-mongo/key-types';
import { SyncError } from '@redis-to-mongo/pipeline';
import { unpackMessage } from './message-pack.js';

/** 128 bits, as base64. */
const CHECKSUM_LENGTH = 22;

/** A small value, as the script returned it. It is unpacked only when its items are needed. */
export class SmallReply {
  constructor(
    private readonly source: ItemSource,
    private readonly reply: unknown,
  ) {}

  /**
   * Two replies with the same checksum have equal values. Equal values may have different checksums, because
   * some items come in any order. `undefined` if the server can't pack replies.
   */
  get checksum(): string | undefined {
    if (!Buffer.isBuffer(this.reply)) return undefined;
    return hash('sha256', this.reply, 'base64url').slice(0, CHECKSUM_LENGTH);
  }

  /** @throws SyncError REDIS_REPLY if the reply does not have the script's form. */
  items(): readonly Item[] {
    const reply = Buffer.isBuffer(this.reply) ? unpackMessage(this.reply) : this.reply;
    const [value, details] = Array.isArray(reply) ? reply : [];
    const { whole, detail } = this.source;
    const items = whole.items(value);
    const completed = items && detail && details ? detail.complete(items, items, [details]) : items;
    if (!completed)
      throw new SyncError('REDIS_REPLY', 'unknown', 'EVALSHA: a value is not what the script answers');
    return completed;
  }
}
