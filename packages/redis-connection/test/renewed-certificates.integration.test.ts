import { copyFile } from 'node:fs/promises';
import { freePort, type RedisServer, redisForTls, startRedis } from '@redis-to-mongo/local-stack';
import { addressOfUrl } from '@redis-to-mongo/redis-connection';
import { type Certificates, makeCertificates, tlsArgs, until } from '@redis-to-mongo/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRedis } from '../src/index.js';

const forTls = await redisForTls();

describe.skipIf(!forTls)('certificates that are renewed (needs a Redis that has TLS)', () => {
  let used: Certificates;
  let renewed: Certificates;
  let server: RedisServer;
  let port: number;

  beforeAll(async () => {
    [used, renewed, port] = await Promise.all([makeCertificates(), makeCertificates(), freePort()]);
    server = await startRedis({ ...forTls, args: tlsArgs(port, used) });
  });
  afterAll(async () => {
    await server.stop();
    await Promise.all([used.remove(), renewed.remove()]);
  });

  it('are used by the next connection, without a restart; half of a pair is not', async () => {
    const { caFile, certFile, keyFile } = used;
    const tls = { enabled: true, rejectUnauthorized: true, caFile, certFile, keyFile };
    const codes: unknown[] = [];
    const redis = connectRedis({ host: '127.0.0.1', port, db: 0, tls }, (error) => codes.push(error.message));
    const admin = connectRedis(addressOfUrl(server.url), () => {});
    try {
      const cut = async () => {
        await admin.call('CLIENT', ['KILL', 'TYPE', 'normal']);
      };
      expect(await redis.ping()).toBe('PONG');
      await copyFile(renewed.certFile, certFile);
      await cut();
      await until(async () => expect(await redis.ping()).toBe('PONG'));

      await copyFile(renewed.keyFile, keyFile);
      await copyFile(renewed.caFile, caFile);
      const paths = ['tls-ca-cert-file', renewed.caFile, 'tls-cert-file', renewed.certFile];
      await admin.call('CONFIG', ['SET', ...paths, 'tls-key-file', renewed.keyFile]);
      await cut();
      await until(async () => expect(await redis.ping(), codes.join()).toBe('PONG'));
    } finally {
      redis.disconnect();
      admin.disconnect();
    }
  }, 60_000);
});
