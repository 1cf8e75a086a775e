import { readFileSync } from 'node:fs';
import type { TlsSettings } from '@redis-to-mongo/pipeline';
import { type Db, MongoClient, type MongoClientOptions } from 'mongodb';
import { failCutSends } from './fail-cut-sends.js';
import { quietPools } from './quiet-pools.js';

await failCutSends();
await quietPools();

/** Parameters that send reads elsewhere than to the primary. */
const READS_ELSEWHERE = /^(readPreference|readPreferenceTags|maxStalenessSeconds)=/i;

/** How to reach MongoDB; the `mongo` part of the configuration has this shape. */
export interface MongoAddress {
  readonly uri: string;
  readonly dbName: string;
  readonly authSource?: string | undefined;
  readonly tls: TlsSettings;
}

/** A connection to MongoDB, and how it is closed. */
export interface MongoHandle {
  readonly db: Db;
  close(): Promise<void>;
  /** As `close`, where MongoDB does not answer: what is under way fails at once, and nobody waits for it. */
  leave(): void;
}

/**
 * Opens MongoDB without waiting for it: the first operation connects, and so does every later one after an outage.
 * Writes are acknowledged by a majority and journaled, since a position may only move behind what is durable. Reads go to the
 * primary, whatever the URI says: a secondary that lags would give an earlier position, or fingerprints of an earlier state.
 * @throws MongoParseError or MongoInvalidArgumentError when the URI is malformed.
 */
export function connectMongo(address: MongoAddress, appName: string): MongoHandle {
  const client = new MongoClient(readingFromPrimary(address.uri), {
    ...clientOptions(address, appName),
    ...filesOf(address),
  });
  let isLeft = false;
  return {
    db: client.db(address.dbName),
    close: async () => {
      if (!isLeft) await client.close();
    },
    leave: () => {
      isLeft = true;
      void client.close().catch(() => {}); // it reports the end of its sessions to MongoDB first, and fails only late
    },
  };
}

/** The URI without what would send reads to a secondary, or wait for one before the first command. */
function readingFromPrimary(uri: string): string {
  const [hosts = uri, query = ''] = uri.split('?');
  const kept = query.split('&').filter((each) => each !== '' && !READS_ELSEWHERE.test(each));
  return kept.length > 0 ? `${hosts}?${kept.join('&')}` : hosts;
}

/** What the client is made with, certificates aside. */
export function clientOptions(address: MongoAddress, appName: string): MongoClientOptions {
  const { tls } = address;
  return {
    appName,
    maxPoolSize: 16,
    // The longer one of the two ends last: what became of a connection is known by then.
    serverSelectionTimeoutMS: 6_000,
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 60_000,
    retryWrites: true,
    // In both forms: the second one alone would give way to what the URI says.
    w: 'majority',
    journal: true,
    writeConcern: { w: 'majority', journal: true },
    ...(address.authSource ? { authSource: address.authSource } : {}),
    ...(tls.enabled ? { tls: true, tlsAllowInvalidCertificates: !tls.rejectUnauthorized } : {}),
  };
}

function filesOf({ tls }: MongoAddress): MongoClientOptions {
  if (!tls.enabled) return {};
  return {
    ...(tls.caFile ? { ca: readFileSync(tls.caFile) } : {}),
    ...(tls.certFile ? { cert: readFileSync(tls.certFile) } : {}),
    ...(tls.keyFile ? { key: readFileSync(tls.keyFile) } : {}),
  };
}
