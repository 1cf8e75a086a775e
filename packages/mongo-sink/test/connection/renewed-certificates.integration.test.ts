import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { type Certificates, makeCertificates, testMongoUri, until } from '@redis-to-mongo/test-kit';
import { describe, expect, it } from 'vitest';
import { connectMongo, type MongoAddress } from '../../src/connection/connect-mongo.js';
import { pingMongo } from '../../src/connection/ping-mongo.js';

/** TLS in front of the real server. It accepts only clients with a certificate. */
async function securedServer(certificates: Certificates) {
  const sockets = new Set<Socket>();
  const read = ({ caFile, certFile, keyFile }: Certificates) => ({
    ca: readFileSync(caFile),
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
  });
  const server = createServer({ ...read(certificates), requestCert: true }, (socket) => {
    sockets.add(socket);
    const behind = connect(Number(new URL(testMongoUri()).port), '127.0.0.1');
    socket.pipe(behind).pipe(socket);
    for (const each of [socket, behind]) each.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    renew: (next: Certificates) => {
      server.setSecureContext(read(next));
      cut();
    },
    close: () => {
      cut();
      server.close();
    },
  };
}

describe('certificates that are renewed are used by the next connection', () => {
  it.each(['the settings', 'the URI'])(
    'without a restart: those that %s name',
    async (place) => {
      const [before, after] = await Promise.all([makeCertificates(), makeCertificates()]);
      const { caFile, certFile, keyFile } = before;
      const pairFile = `${certFile}.pair`;
      const writePair = async (of: Certificates) =>
        await writeFile(pairFile, Buffer.concat([readFileSync(of.certFile), readFileSync(of.keyFile)]));
      await writePair(before);
      const secured = await securedServer(before);
      const isInUri = place === 'the URI';
      const inUri = isInUri ? `&tls=true&tlsCAFile=${caFile}&tlsCertificateKeyFile=${pairFile}` : '';
      const tls: MongoAddress['tls'] = isInUri
        ? { ...NO_TLS, enabled: true }
        : { enabled: true, rejectUnauthorized: true, caFile, certFile, keyFile };
      const uri = `mongodb://127.0.0.1:${secured.port}/?directConnection=true${inUri}`;
      const mongo = connectMongo({ uri, dbName: 'renewed', tls }, 'test');
      try {
        await pingMongo(mongo.db);
        for (const part of ['caFile', 'certFile', 'keyFile'] as const)
          await copyFile(after[part], before[part]);
        await writePair(after);
        secured.renew(after);
        await until(async () => expect(await pingMongo(mongo.db).then(() => 'answers')).toBe('answers'));
      } finally {
        await mongo.close();
        secured.close();
        await Promise.all([before.remove(), after.remove()]);
      }
    },
    60_000,
  );
});
