import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createSecureContext } from 'node:tls';
import { MongoClient, type MongoOptions } from 'mongodb';
import { clientOptions, type MongoAddress } from './connect-mongo.js';

/** A problem of the settings, as a phrase that begins with a verb and contains no values; and its remedy. */
export interface SettingsProblem {
  readonly problem: string;
  readonly remedy: string;
}

/** Modules that the driver loads when it first needs them. */
const COMPRESSORS: Readonly<Record<string, string>> = { snappy: 'snappy', zstd: '@mongodb-js/zstd' };
const MECHANISMS: Readonly<Record<string, string>> = {
  GSSAPI: 'kerberos',
  'MONGODB-AWS': '@aws-sdk/credential-providers',
};
const READ_CONCERNS = ['local', 'available', 'majority'];
/** The server's own lower bound. */
const MIN_STALENESS_SEC = 90;
/**
 * Parameters for which the fleet has options. In the URI they would be overridden, or refused beside the
 * options.
 */
const OURS = /^(tlsInsecure|tlsAllowInvalidCertificates|tlsAllowInvalidHostnames)$/i;

/**
 * Tests the settings with the driver: makes a client as the fleet does, but never connects it. The
 * certificates that options name are not checked.
 * @returns `undefined` if the driver accepts the settings.
 */
export function mongoSettingsProblem(address: MongoAddress): SettingsProblem | undefined {
  const parameters = new URLSearchParams(address.uri.replace(/^[^?]*\??/, ''));
  const ours = [...parameters.keys()].find((name) => OURS.test(name));
  if (ours !== undefined)
    return {
      problem: `has ${ours}, for which there is an option`,
      remedy: 'set MONGO_TLS_REJECT_UNAUTHORIZED instead',
    };
  try {
    const { options } = new MongoClient(address.uri, clientOptions(address, 'trial'));
    return missingModule(options) ?? wrongReads(options) ?? unusableFiles(options);
  } catch (error) {
    const words = error instanceof Error ? error.message : 'an unknown error';
    return {
      problem: `is refused by the driver (${withoutValues(words, parameters)})`,
      remedy:
        'fix it: the options are on https://www.mongodb.com/docs/manual/reference/connection-string-options/',
    };
  }
}

/** Removes the values from the driver's message: they can be secrets. */
function withoutValues(words: string, parameters: URLSearchParams): string {
  let clean = words;
  for (const value of parameters.values())
    for (const part of [value, ...value.split(/[,:]/)])
      if (part.length > 1) clean = clean.replaceAll(part, '…');
  return clean;
}

function missingModule({ compressors, credentials, proxyHost }: MongoOptions): SettingsProblem | undefined {
  const mechanism = credentials?.mechanism ?? '';
  const needed = [
    ...(compressors ?? []).map((name) => [COMPRESSORS[name], `the compressor ${name}`]),
    [MECHANISMS[mechanism], `the authMechanism ${mechanism}`],
    [proxyHost ? 'socks' : undefined, 'a proxy'],
  ];
  const resolve = resolveAsTheDriver();
  for (const [name, feature] of needed)
    try {
      if (name) resolve(name);
    } catch {
      return {
        problem: `names ${feature}, and the module that it needs, ${name}, is not installed`,
        remedy: 'remove it, or name another',
      };
    }
  return undefined;
}

/** Resolves modules from the driver's own place: its package, or the bundle that contains it. */
function resolveAsTheDriver(): (name: string) => string {
  const here = createRequire(import.meta.url);
  try {
    return createRequire(here.resolve('mongodb')).resolve;
  } catch {
    return here.resolve;
  }
}

function wrongReads({ readConcern, readPreference }: MongoOptions): SettingsProblem | undefined {
  const level = readConcern?.level;
  if (level && !READ_CONCERNS.includes(level))
    return {
      problem: 'has a readConcernLevel that the fleet cannot use',
      remedy: `write ${READ_CONCERNS.join(' or ')}`,
    };
  const staleness = readPreference?.maxStalenessSeconds;
  if (staleness !== undefined && staleness > 0 && staleness < MIN_STALENESS_SEC)
    return { problem: `has a maxStalenessSeconds below ${MIN_STALENESS_SEC}`, remedy: 'raise or remove it' };
  return undefined;
}

/** Checks the files that the URI itself names. The driver reads them only when it connects. */
function unusableFiles(options: MongoOptions): SettingsProblem | undefined {
  const { tlsCAFile, tlsCertificateKeyFile, tlsCRLFile, passphrase } = options;
  const paths = [tlsCAFile, tlsCertificateKeyFile, tlsCRLFile].filter((path) => path !== undefined);
  try {
    // Reading a pipe or a device would not end.
    if (!paths.every((path) => statSync(path).isFile()))
      return {
        problem: 'names as a certificate or key what is not a file',
        remedy: 'name PEM files, not a folder, a pipe or a device',
      };
    const read = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));
    const [ca, pair, crl] = [read(tlsCAFile), read(tlsCertificateKeyFile), read(tlsCRLFile)];
    createSecureContext({
      ...(ca ? { ca } : {}),
      ...(pair ? { cert: pair, key: pair } : {}),
      ...(crl ? { crl } : {}),
      ...(passphrase ? { passphrase } : {}),
    });
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return {
      problem: `names a certificate or key that cannot be used (${code})`,
      remedy: 'name PEM files that this process may read',
    };
  }
}
