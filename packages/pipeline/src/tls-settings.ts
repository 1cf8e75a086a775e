/** TLS of one connection. The files are absolute paths. */
export interface TlsSettings {
  readonly enabled: boolean;
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly rejectUnauthorized: boolean;
}

/** A connection without TLS. */
export const NO_TLS: TlsSettings = { enabled: false, rejectUnauthorized: true };
