import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { TlsSettings } from './tls-settings.js';

/** The files of the certificates of a TLS connection, and what protects its key. */
export interface CertificateFiles extends Pick<TlsSettings, 'caFile' | 'certFile' | 'keyFile'> {
  /** Certificates that their authority has revoked. */
  readonly crlFile?: string | undefined;
  readonly passphrase?: string | undefined;
}

/**
 * The option `secureContext` of Node's `tls.connect`. Each connection reads the files again, so a renewed certificate
 * needs no restart. While the files can't be used, such as a new certificate whose key is not written yet, the former
 * ones stay in use.
 * @throws Error of Node if the files can't be used at first.
 */
export function secureContextOf(files: CertificateFiles): SecureContext {
  let used = contentsOf(files);
  let context = createSecureContext(used);
  return {
    get context(): unknown {
      try {
        const contents = contentsOf(files);
        if (!areEqual(contents, used)) {
          context = createSecureContext(contents);
          used = contents;
        }
      } catch {
        // A server that does not accept the former ones says so, and its error names the options.
      }
      return context.context;
    },
  };
}

type Contents = Readonly<Record<string, Buffer | string>>;

function contentsOf({ caFile, certFile, keyFile, crlFile, passphrase }: CertificateFiles): Contents {
  return {
    ...(caFile ? { ca: readFileSync(caFile) } : {}),
    ...(certFile ? { cert: readFileSync(certFile) } : {}),
    ...(keyFile ? { key: readFileSync(keyFile) } : {}),
    ...(crlFile ? { crl: readFileSync(crlFile) } : {}),
    ...(passphrase ? { passphrase } : {}),
  };
}

/** Whether two contents of the same files are equal. */
function areEqual(one: Contents, other: Contents): boolean {
  return Object.entries(one).every(([part, content]) => {
    const counterpart = other[part];
    return Buffer.isBuffer(content) && Buffer.isBuffer(counterpart)
      ? content.equals(counterpart)
      : content === counterpart;
  });
}
