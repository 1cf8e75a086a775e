import { X509Certificate } from 'node:crypto';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { defined, type TlsSettings } from '@redis-to-mongo/pipeline';
import type { OptionName } from '../options/options.js';
import type { Settings } from '../settings.js';
import { compareSources } from './beside-url.js';

/** The names of the TLS options of one server. */
export function tlsNames(server: 'REDIS' | 'QUEUE_REDIS' | 'MONGO') {
  return {
    enabled: `${server}_TLS`,
    caFile: `${server}_TLS_CA_FILE`,
    certFile: `${server}_TLS_CERT_FILE`,
    keyFile: `${server}_TLS_KEY_FILE`,
    rejectUnauthorized: `${server}_TLS_REJECT_UNAUTHORIZED`,
  } as const;
}

/**
 * TLS settings of one connection. Checks that the files exist. Files without TLS are a problem, unless TLS
 * was turned off in the same or a higher source. `url` is the option that holds the URL in use.
 */
export function buildTls(
  settings: Settings,
  names: ReturnType<typeof tlsNames>,
  at: { enabled: boolean; url: OptionName | undefined; cwd: string; inherited: TlsSettings },
): TlsSettings {
  const fileOf = (part: 'caFile' | 'certFile' | 'keyFile') => {
    const name = names[part];
    const path = settings.given(name) ? settings.values[name] : undefined;
    if (path === undefined) return at.inherited[part];
    const absolute = resolve(at.cwd, path);
    if (at.enabled) checkFile(settings, name, absolute);
    else if (!isTurnedOff(settings, names.enabled, name, at.url)) {
      settings.problem(
        name,
        'has no effect, because TLS is off',
        `set ${names.enabled} to true, or remove it`,
      );
    }
    return absolute;
  };
  const caFile = fileOf('caFile');
  const certFile = fileOf('certFile');
  const keyFile = fileOf('keyFile');
  if (settings.given(names.certFile) && !keyFile && !settings.mentioned(names.keyFile)) {
    settings.problem(names.certFile, 'is a certificate without its key', `set ${names.keyFile} too`);
  }
  if (settings.given(names.keyFile) && !certFile && !settings.mentioned(names.certFile)) {
    settings.problem(names.keyFile, 'is a key without its certificate', `set ${names.certFile} too`);
  }
  if (at.enabled) checkContents(settings, names, { caFile, certFile, keyFile });
  return {
    enabled: at.enabled,
    ...defined({ caFile, certFile, keyFile }),
    rejectUnauthorized: settings.given(names.rejectUnauthorized)
      ? (settings.values[names.rejectUnauthorized] ?? true)
      : at.inherited.rejectUnauthorized,
  };
}

/**
 * Has Node read the files as it will for a connection. checkFile has already reported files that cannot be
 * opened.
 */
function checkContents(
  settings: Settings,
  names: ReturnType<typeof tlsNames>,
  { caFile, certFile, keyFile }: { [Part in 'caFile' | 'certFile' | 'keyFile']: string | undefined },
): void {
  const [ca, cert, key] = [caFile, certFile, keyFile].map(contentOf);
  const refusal = (options: SecureContextOptions) => refusalBy(() => createSecureContext(options));
  const report = (name: OptionName, what: string, code: string | undefined, remedy: string) => {
    if (code !== undefined && settings.given(name)) settings.problem(name, `${what} (${code})`, remedy);
  };
  const remedy = 'name a PEM file';
  // A secure context silently accepts an authority file that holds no certificate.
  if (ca)
    report(
      names.caFile,
      'holds no certificate that can be used',
      refusalBy(() => new X509Certificate(ca)) ?? refusal({ ca }),
      remedy,
    );
  const wrongCert = cert && refusal({ cert });
  if (wrongCert) report(names.certFile, 'holds no certificate that can be used', wrongCert, remedy);
  if (!key) return;
  const wrongKey = refusal({ key });
  if (wrongKey)
    report(
      names.keyFile,
      'holds no key that can be used',
      wrongKey,
      `${remedy} of a key without a passphrase`,
    );
  if (cert && !wrongCert && !wrongKey)
    report(
      names.keyFile,
      'is the key of another certificate',
      refusal({ cert, key }),
      `name the key of the certificate in ${names.certFile}`,
    );
}

/** The code of the error that Node throws, if any. */
function refusalBy(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  }
}

function contentOf(path: string | undefined): Buffer | undefined {
  try {
    return path !== undefined && statSync(path).isFile() ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function isTurnedOff(
  settings: Settings,
  flag: OptionName,
  file: OptionName,
  url: OptionName | undefined,
): boolean {
  if (settings.mentioned(flag)) return true;
  return url !== undefined && compareSources(settings, url, file) > 0;
}

function checkFile(settings: Settings, name: OptionName, path: string): void {
  try {
    accessSync(path, constants.R_OK);
    if (!statSync(path).isFile()) settings.problem(name, 'is not a file', 'name a PEM file');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const problem = missing ? 'is a file that does not exist' : "is a file that can't be read";
    settings.problem(name, problem, 'name a PEM file that this process may read');
  }
}
