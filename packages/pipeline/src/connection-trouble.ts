import type { ErrorClass } from './sync-error.js';

/** The options of a server, as remedies name them. */
export interface ConnectionOptions {
  /** `Redis`, `MongoDB`, `the queue’s Redis`. */
  readonly server: string;
  readonly codes: Readonly<
    Record<'tls' | 'hostUnknown' | 'unavailable', readonly [code: string, errorClass: ErrorClass]>
  >;
  /** `MONGO_HOST or MONGO_URI`. */
  readonly address: string;
  readonly tls: string;
  readonly caFile: string;
  readonly certFile: string;
}

/** What is wrong with a connection, and the remedy. */
export interface ConnectionTrouble {
  readonly code: string;
  readonly errorClass: ErrorClass;
  readonly message: string;
}

/**
 * Why Node refuses a server's certificate.
 * Source: https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const OUTDATED = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/;
const OTHER_NAME = /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/;
const UNTRUSTED =
  /^((DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED)_CERT(_IN_CHAIN)?|UNABLE_TO_(GET_ISSUER_CERT(_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|CERT_(CHAIN_TOO_LONG|REVOKED|REJECTED|UNTRUSTED)|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED)$/;
const NOT_TLS = /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL)$/;
/** A TLS alert comes from the server: it did not accept our certificate. */
const CLIENT_CERTIFICATE = /^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/;
const HANDSHAKE = /^ERR_(SSL|TLS|OSSL)_/;
const NETWORK =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL|ERR_STREAM_(DESTROYED|WRITE_AFTER_END|PREMATURE_CLOSE)|ERR_SOCKET_CLOSED)$/;
/** Errors of DNS lookups; ENODATA and ESERVFAIL come from SRV lookups. */
const LOOKUP = /^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL)$/;

/**
 * Explains an error of Node about a connection that failed or broke.
 * @returns `undefined` for any other error. One of its causes may be such an error (`withCauses`).
 */
export function connectionTrouble(error: Error, options: ConnectionOptions): ConnectionTrouble | undefined {
  const { server, address, tls, caFile, certFile, codes } = options;
  const code = codeOf(error);
  const wrong = (text: string) => trouble(codes.tls, `${server}: ${text}`);
  if (OUTDATED.test(code))
    return wrong(`its certificate has expired or is not valid yet (${code}): renew it, and check the clocks`);
  if (OTHER_NAME.test(code))
    return wrong(
      `its certificate is not valid for ${textOf(error, 'host') || 'this one'}: write a name from the certificate in ${address}`,
    );
  if (UNTRUSTED.test(code))
    return wrong(
      `its certificate is not trusted (${code}): name the PEM file of the authority that signed it in ${caFile}`,
    );
  if (NOT_TLS.test(code))
    return wrong(
      `the server does not speak TLS there: set ${tls} to false, or write its TLS port in ${address}`,
    );
  if (CLIENT_CERTIFICATE.test(code))
    return wrong(`it requires a client certificate, and did not accept ours (${code}): check ${certFile}`);
  if (HANDSHAKE.test(code))
    return wrong(`the TLS handshake failed (${code}): check ${tls}, ${caFile}, ${certFile}`);
  if (LOOKUP.test(code)) {
    const name = ['the host name', textOf(error, 'hostname')].filter((word) => word !== '').join(' ');
    return trouble(codes.hostUnknown, `${server}: ${name} does not resolve (${code}): check ${address}`);
  }
  return NETWORK.test(code) ? unavailable(options, placeOf(error)) : undefined;
}

/**
 * An error and its causes, the outermost first. If several addresses of a host were tried, only the first
 * one's error is included.
 */
export function* withCauses(error: unknown): Generator<Error> {
  let each = error;
  for (let depth = 0; each instanceof Error && depth < 8; depth++) {
    yield each;
    each = each.cause ?? (each instanceof AggregateError ? each.errors[0] : undefined);
  }
}

/**
 * The trouble of a server that does not answer.
 * @param detail added in parentheses.
 */
export function unavailable({ server, codes, address }: ConnectionOptions, detail = ''): ConnectionTrouble {
  return trouble(
    codes.unavailable,
    `${server} does not answer${detail === '' ? '' : ` (${detail})`}: check that it is running and that ${address} names it`,
  );
}

function trouble(
  [code, errorClass]: readonly [code: string, errorClass: ErrorClass],
  message: string,
): ConnectionTrouble {
  return { code, errorClass, message };
}

function placeOf(error: Error): string {
  const [address, port] = [textOf(error, 'address'), textOf(error, 'port')];
  return `${codeOf(error)}${address === '' ? '' : ` ${address}${port === '' ? '' : `:${port}`}`}`;
}

function codeOf(error: Error): string {
  return textOf(error, 'code');
}

/** A text or number property of an error; empty if it is missing. */
function textOf(error: Error, name: string): string {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
