import { isObject } from '@redis-to-mongo/pipeline';
import { FORMATS } from './formats.js';
import { type OptionName, optionOf } from './options/options.js';

/** Replaces a secret. */
const MASK = '***';

const LONGEST = 80;

/**
 * Parameters of a connection string that are not secret, in lower case. Any other parameter may be secret.
 */
const HARMLESS = new Set(
  [
    ...['appName', 'authSource', 'compressors', 'directConnection', 'journal', 'loadBalanced', 'replicaSet'],
    ...['readConcernLevel', 'readPreference', 'retryReads', 'retryWrites', 'ssl', 'tls', 'tlsInsecure', 'w'],
    ...['tlsAllowInvalidCertificates', 'tlsAllowInvalidHostnames', 'maxPoolSize', 'minPoolSize'],
    ...['connectTimeoutMS', 'maxIdleTimeMS', 'serverSelectionTimeoutMS', 'socketTimeoutMS', 'wTimeoutMS'],
  ].map((name) => name.toLowerCase()),
);

/**
 * An option's value for display. Secrets are masked; in URLs, the user and the values after `?`, except
 * values of harmless parameters. An address that cannot be parsed is masked whole, because it may contain a
 * secret anywhere.
 */
export function showValue(name: OptionName, value: unknown): string {
  const option = optionOf(name);
  if (value === undefined) return '';
  if (option.sensitive) return MASK;
  if (Array.isArray(value) && option.format === 'rules')
    return value.length === 1 ? '1 rule' : `${value.length} rules`;
  if (Array.isArray(value))
    return shorten(
      value.map((item) => (typeof item === 'string' ? showText(item) : showOther(item))).join(', '),
    );
  if (typeof value !== 'string') return showOther(value);
  const { format } = option;
  const isAddress = format === 'redis-url' || format === 'mongo-uri' || format === 'mongo-host';
  if (isAddress && FORMATS[format].check(value) !== undefined) return `${schemeOf(value)}${MASK}`;
  if (format === 'host' && /[@:]/.test(value) && !/^[^@:]+:\d+$/.test(value)) return MASK;
  return shorten(showText(value));
}

function showOther(value: unknown): string {
  return isObject(value) ? 'an object' : String(value);
}

/** A text of unknown content for display: on one line, without the user of a URL, shortened if it is long. */
export function showUnknown(text: string): string {
  return shorten(showText(text));
}

function showText(text: string): string {
  const scheme = schemeOf(text);
  if (scheme === '') return text;
  // Up to the last @: a password may contain an unencoded @.
  const masked = `${scheme}${text.slice(scheme.length).replace(/^.*@/s, `${MASK}@`)}`;
  return masked.replace(/([?&])([^=&#]*)=([^&#]*)/g, (_, mark: string, name: string, value: string) => {
    const harmless = HARMLESS.has(name.toLowerCase()) && /^[\w.,:-]*$/.test(value);
    return `${mark}${name}=${harmless ? value : MASK}`;
  });
}

function schemeOf(text: string): string {
  return /^\s*[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? '';
}

function shorten(text: string): string {
  const line = text.replace(/\p{Cc}/gu, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
