import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const replicaSetName = 'rs0';

/** A replica set with authentication also needs a key that its members share and no other user can read. */
export async function prepareMongodDir(dataDir: string): Promise<void> {
  await mkdir(join(dataDir, 'data'), { recursive: true });
  const key = randomBytes(96).toString('base64');
  await writeFile(join(dataDir, 'replica-set-key'), key, { mode: 0o600, flag: 'w' });
}

export function mongodArgs(port: number, dataDir: string, secured: boolean): string[] {
  return [
    ...['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', join(dataDir, 'data')],
    ...['--replSet', replicaSetName, '--wiredTigerCacheSizeGB', '0.5', '--nounixsocket'],
    ...(secured ? ['--auth', '--keyFile', join(dataDir, 'replica-set-key')] : []),
  ];
}
