import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certificates {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Another authority, which signed none of these certificates. */
  readonly otherCaFile: string;
  remove(): Promise<void>;
}

/** The arguments of a Redis server that also listens with TLS, and requires client certificates. */
export function tlsArgs(
  port: number,
  { caFile, certFile, keyFile }: Pick<Certificates, 'caFile' | 'certFile' | 'keyFile'>,
): string[] {
  return [
    ...['--tls-port', String(port), '--tls-auth-clients', 'yes', '--tls-ca-cert-file', caFile],
    ...['--tls-cert-file', certFile, '--tls-key-file', keyFile],
  ];
}

/** Creates an authority, and a certificate for 127.0.0.1 that works for servers and clients. */
export async function makeCertificates(): Promise<Certificates> {
  const dir = await mkdtemp(join(tmpdir(), 'r2m-certificates-'));
  const at = (name: string) => join(dir, name);
  const openssl = async (...args: string[]) => await run('openssl', args);
  const authority = async (name: string) =>
    await openssl(
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`],
      ...['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)],
    );
  await authority('ca');
  await authority('other');
  await openssl(
    ...['req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
    ...['-keyout', at('node.key'), '-out', at('node.csr')],
  );
  await openssl(
    ...['x509', '-req', '-in', at('node.csr'), '-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-days', '2'],
    ...['-CAcreateserial', '-copy_extensions', 'copyall', '-out', at('node.crt')],
  );
  return {
    caFile: at('ca.crt'),
    certFile: at('node.crt'),
    keyFile: at('node.key'),
    otherCaFile: at('other.crt'),
    remove: async () => await rm(dir, { recursive: true, force: true }),
  };
}
