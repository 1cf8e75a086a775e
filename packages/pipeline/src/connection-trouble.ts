import type { ErrorClass } from './sync-error.js';

/** The options that set a server's address, which remedies name. */
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

/** Why Node refuses a server's certificate. Source: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const OUTDATED = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/;
const OTHER_NAME = /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/;
const UNTRUSTED =
  /^((DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED)_CERT(_IN_CHAIN)?|UNABLE_TO_(GET_ISSUER_CERT(_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|CERT_(CHAIN_TOO_LONG|REVOKED|REJECTED|UNTRUSTED)|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED)$/;
const NOT_TLS = /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL)$/;
/** An alert is what the other side answers: it did not like what we are. */
const CLIENT_CERTIFICATE = /^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/;
const HANDSHAKE = /^ERR_(SSL|TLS|OSSL)_/;
const NETWORK =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL|ERR_STREAM_(DESTROYED|WRITE_AFTER_END|PREMATURE_CLOSE)|ERR_SOCKET_CLOSED)$/;
/** Of a lookup; ENODATA and ESERVFAIL come from the lookup of an SRV record. */
const LOOKUP = /^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL)$/;

/**
 * What one of Node's own errors says of a connection that could not be made, or broke.
 * @returns `undefined` where it is none of those; one of its causes may be (`withCauses`).
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

/** An error with its causes, the outermost first. Of the tries of a host's several addresses, the first stands for all. */
export function* withCauses(error: unknown): Generator<Error> {
  let each = error;
  for (let depth = 0; each instanceof Error && depth < 8; depth++) {
    yield each;
    each = each.cause ?? (each instanceof AggregateError ? each.errors[0] : undefined);
  }
}

/**
 * The trouble of a server that does not answer.
 * @param detail what is known about it.
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

/** A member of an error of Node's. */
function textOf(error: Error, name: string): string {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
