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

type Kind =
  | 'untrusted'
  | 'outdated'
  | 'other name'
  | 'not tls'
  | 'client certificate'
  | 'handshake'
  | 'unknown host'
  | 'unreachable';

/** Why Node refuses a server's certificate. Source: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const CERTIFICATES: Readonly<Record<string, Kind>> = {
  CERT_HAS_EXPIRED: 'outdated',
  CERT_NOT_YET_VALID: 'outdated',
  ERR_TLS_CERT_ALTNAME_INVALID: 'other name',
  HOSTNAME_MISMATCH: 'other name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  CERT_CHAIN_TOO_LONG: 'untrusted',
  CERT_REVOKED: 'untrusted',
  CERT_REJECTED: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  INVALID_CA: 'untrusted',
  INVALID_PURPOSE: 'untrusted',
  PATH_LENGTH_EXCEEDED: 'untrusted',
};

const NETWORK =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL|ERR_STREAM_(DESTROYED|WRITE_AFTER_END|PREMATURE_CLOSE)|ERR_SOCKET_CLOSED)$/;
/** Of a lookup; ENODATA and ESERVFAIL come from the lookup of an SRV record. */
const LOOKUP = /^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL)$/;

/**
 * What one of Node's own errors says of a connection that could not be made, or broke.
 * @returns `undefined` where it is none of those; one of its causes may be (`withCauses`).
 */
export function connectionTrouble(error: Error, options: ConnectionOptions): ConnectionTrouble | undefined {
  const kind = kindOf(codeOf(error));
  return kind && troubleOf(kind, error, options);
}

/** An error with its causes, the outermost first. Of the tries of a host's several addresses, the first stands for all. */
export function* withCauses(error: unknown): Generator<Error> {
  let each = error;
  for (let depth = 0; each instanceof Error && depth < 8; depth++) {
    yield each;
    each = each.cause ?? (each instanceof AggregateError ? each.errors[0] : undefined);
  }
}

function kindOf(code: string): Kind | undefined {
  const certificate = Object.hasOwn(CERTIFICATES, code) ? CERTIFICATES[code] : undefined;
  if (certificate) return certificate;
  if (/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL)$/.test(code))
    return 'not tls';
  // An alert is what the other side answers: it did not like what we are.
  if (/^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code)) return 'client certificate';
  if (/^ERR_(SSL|TLS|OSSL)_/.test(code)) return 'handshake';
  if (LOOKUP.test(code)) return 'unknown host';
  return NETWORK.test(code) ? 'unreachable' : undefined;
}

function troubleOf(kind: Kind, error: Error, options: ConnectionOptions): ConnectionTrouble {
  const { server, address, tls, caFile, certFile } = options;
  const wrong = (text: string) => trouble(options.codes.tls, `${server}: ${text}`);
  switch (kind) {
    case 'untrusted':
      return wrong(
        `its certificate is not trusted (${codeOf(error)}): name the PEM file of the authority that signed it in ${caFile}`,
      );
    case 'outdated':
      return wrong(
        `its certificate has expired or is not valid yet (${codeOf(error)}): renew it, and check the clocks`,
      );
    case 'other name':
      return wrong(
        `its certificate is not valid for ${textOf(error, 'host') || 'this one'}: write a name from the certificate in ${address}`,
      );
    case 'not tls':
      return wrong(
        `the server does not speak TLS there: set ${tls} to false, or write its TLS port in ${address}`,
      );
    case 'client certificate':
      return wrong(
        `it requires a client certificate, and did not accept ours (${codeOf(error)}): check ${certFile}`,
      );
    case 'handshake':
      return wrong(`the TLS handshake failed (${codeOf(error)}): check ${tls}, ${caFile}, ${certFile}`);
    case 'unknown host': {
      const name = ['the host name', textOf(error, 'hostname')].filter((word) => word !== '').join(' ');
      return trouble(
        options.codes.hostUnknown,
        `${server}: ${name} does not resolve (${codeOf(error)}): check ${address}`,
      );
    }
    case 'unreachable':
      return unavailable(options, placeOf(error));
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
