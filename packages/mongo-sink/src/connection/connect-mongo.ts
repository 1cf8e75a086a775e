import { secureContextOf, type TlsSettings } from '@redis-to-mongo/pipeline';
import { type Db, MongoClient, type MongoClientOptions } from 'mongodb';
import { failCutSends, quietPools } from './driver-parts.js';

await failCutSends();
await quietPools();

/** URI parameters that send reads to servers other than the primary. */
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
  /** Closes without waiting, for a MongoDB that does not answer. Operations under way fail immediately. */
  leave(): void;
}

/**
 * Opens MongoDB without waiting for it: the first operation connects, and later ones reconnect after an
 * outage. Writes are acknowledged by a majority and journaled, because a position may only move after durable
 * writes. Reads go to the primary, whatever the URI says: a lagging secondary would return an earlier
 * position, or earlier fingerprints.
 * @throws MongoParseError or MongoInvalidArgumentError if the URI is malformed.
 */
export function connectMongo(address: MongoAddress, appName: string): MongoHandle {
  const uri = readingFromPrimary(address.uri);
  const options = clientOptions(address, appName);
  const client = new MongoClient(uri, { ...options, ...certificatesOf(uri, options, address.tls) });
  let isLeft = false;
  return {
    db: client.db(address.dbName),
    close: async () => {
      if (!isLeft) await client.close();
    },
    leave: () => {
      isLeft = true;
      void client.close().catch(() => {}); // it first ends its sessions on the server, so it fails late
    },
  };
}

/** The URI without parameters that send reads to a secondary, or wait for one before the first command. */
function readingFromPrimary(uri: string): string {
  const [hosts = uri, query = ''] = uri.split('?');
  const kept = query.split('&').filter((each) => each !== '' && !READS_ELSEWHERE.test(each));
  return kept.length > 0 ? `${hosts}?${kept.join('&')}` : hosts;
}

/** The client's options, without certificates. */
export function clientOptions(address: MongoAddress, appName: string): MongoClientOptions {
  const { tls } = address;
  return {
    appName,
    maxPoolSize: 16,
    // Server selection must time out after the connection: then its error shows why the connection failed.
    serverSelectionTimeoutMS: 6_000,
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 60_000,
    retryWrites: true,
    // Both forms are needed: the URI overrides `writeConcern` alone.
    w: 'majority',
    journal: true,
    writeConcern: { w: 'majority', journal: true },
    ...(address.authSource ? { authSource: address.authSource } : {}),
    ...(tls.enabled ? { tls: true, tlsAllowInvalidCertificates: !tls.rejectUnauthorized } : {}),
  };
}

/** The certificates that the settings or the URI name. The driver alone reads those of the URI only once. */
function certificatesOf(uri: string, options: MongoClientOptions, files: TlsSettings): MongoClientOptions {
  const said = new MongoClient(uri, options).options;
  if (!said.tls) return {};
  const pair = said.tlsCertificateKeyFile;
  return {
    secureContext: secureContextOf({
      caFile: files.caFile ?? said.tlsCAFile,
      certFile: files.certFile ?? pair,
      keyFile: files.keyFile ?? pair,
      crlFile: said.tlsCRLFile,
      passphrase: said.passphrase,
    }),
  };
}
