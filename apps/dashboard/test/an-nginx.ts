import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, nginxPath } from '@redis-to-mongo/local-stack';
import { vi } from 'vitest';

export interface Nginx {
  /** Where its first server listens, by TLS. */
  readonly port: number;
  /** Where its second server listens, without TLS. */
  readonly plainPort: number;
  /** The authority by which its certificate is checked: it signed itself. */
  readonly ca: string;
  close(): Promise<void>;
}

/** @returns the path of an nginx; says so where there is none, since its tests are left out then. */
export async function findNginx(): Promise<string | undefined> {
  const path = await nginxPath();
  if (path === undefined)
    console.warn(
      'The dashboard is NOT tested behind a proxy: there is no nginx, and Debian’s package can not be had.',
    );
  return path;
}

/** A real nginx that serves `locations` by TLS for dash.example, and without TLS. */
export async function startNginx(command: string, locations: string): Promise<Nginx> {
  const dir = await mkdtemp(join(tmpdir(), 'r2m-nginx-'));
  const [port, plainPort] = [await freePort(), await freePort()];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=dash.example'],
    ...['-addext', 'subjectAltName=DNS:dash.example,DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', join(dir, 'key.pem'), '-out', join(dir, 'ca.pem')],
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${dir}/${name};`)
    .join('\n');
  await writeFile(
    join(dir, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${dir}/nginx.pid; error_log ${dir}/error.log;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 4096; }
http {
  access_log off; ${temporary}
  server {
    listen 127.0.0.1:${port} ssl; server_name dash.example;
    ssl_certificate ${dir}/ca.pem; ssl_certificate_key ${dir}/key.pem;
    ${locations}
  }
  server { listen 127.0.0.1:${plainPort}; ${locations} }
}
`,
  );
  const child = spawn(command, ['-p', dir, '-e', join(dir, 'error.log'), '-c', join(dir, 'nginx.conf')], {
    stdio: 'inherit',
  });
  const ended = once(child, 'exit');
  await vi.waitFor(async () => await listens(port), { timeout: 10_000, interval: 50 });
  return {
    port,
    plainPort,
    ca: join(dir, 'ca.pem'),
    close: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function listens(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}
