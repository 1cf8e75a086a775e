import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer as createTcpServer, type Server } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { freePort, type MongoServer, startMongo } from '@redis-to-mongo/local-stack';
import { NO_TLS } from '@redis-to-mongo/pipeline';
import { type Certificates, makeCertificates, testMongoUri } from '@redis-to-mongo/test-kit';
import { MongoServerError } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectMongo, type MongoAddress } from '../../src/connection/connect-mongo.js';
import { pingMongo } from '../../src/connection/ping-mongo.js';
import { mongoError } from '../../src/errors/mongo-error.js';

let certificates: Certificates;
let guarded: MongoServer;
const servers: Server[] = [];

beforeAll(async () => {
  [certificates, guarded] = await Promise.all([
    makeCertificates(),
    startMongo({ credentials: { username: 'admin', password: 'right' } }),
  ]);
});
afterAll(async () => {
  for (const server of servers) server.close();
  await guarded.stop();
  await certificates.remove();
});

const mongoPort = () => Number(new URL(testMongoUri()).port);

/** TLS in front of the real server. */
async function securedPort(more: TlsOptions = {}): Promise<number> {
  const { caFile, certFile, keyFile } = certificates;
  const read = { ca: readFileSync(caFile), cert: readFileSync(certFile), key: readFileSync(keyFile) };
  const server = createTlsServer({ ...read, ...more }, (socket) => {
    const behind = connect(mongoPort(), '127.0.0.1');
    socket.pipe(behind).pipe(socket);
    for (const each of [socket, behind]) each.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  return await listening(server);
}

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function failure(uri: string, tls: MongoAddress['tls'] = NO_TLS) {
  const mongo = connectMongo({ uri, dbName: 'causes', tls }, 'test');
  try {
    await pingMongo(mongo.db);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await mongo.close();
  }
}

const secured = (more: Partial<MongoAddress['tls']> = {}) => ({
  enabled: true,
  rejectUnauthorized: true,
  ...more,
});

describe('TLS', () => {
  it('with a certificate of an authority that nobody named, or of another one', async () => {
    const port = await securedPort();
    for (const caFile of [undefined, certificates.otherCaFile])
      expect(
        await failure(`mongodb://127.0.0.1:${port}/?directConnection=true`, secured({ caFile })),
      ).toMatchObject({
        code: 'MONGO_TLS',
        errorClass: 'configuration',
        message: expect.stringMatching(/not trusted .*MONGO_TLS_CA_FILE/),
      });
  }, 60_000);

  it('with a certificate for another name', async () => {
    const port = await securedPort();
    const uri = `mongodb://[::ffff:127.0.0.1]:${port}/?directConnection=true`;
    expect(await failure(uri, secured({ caFile: certificates.caFile }))).toMatchObject({
      code: 'MONGO_TLS',
      message: expect.stringMatching(/not valid for .*MONGO_HOST or MONGO_URI/),
    });
  }, 60_000);

  it('without the client’s certificate that the server wants', async () => {
    const port = await securedPort({ requestCert: true, rejectUnauthorized: true });
    const uri = `mongodb://127.0.0.1:${port}/?directConnection=true`;
    expect(await failure(uri, secured({ caFile: certificates.caFile }))).toMatchObject({
      message: expect.stringContaining('MONGO_TLS_CERT_FILE'),
    });
  }, 60_000);

  it('against a server that speaks none, and none against one that wants it', async () => {
    expect(await failure(`mongodb://127.0.0.1:${mongoPort()}/`, secured())).toMatchObject({
      message: expect.stringMatching(/TLS.*MONGO_TLS/),
    });
    expect(await failure(`mongodb://127.0.0.1:${await securedPort()}/`)).toMatchObject({
      message: expect.stringMatching(
        /^MongoDB closes each connection without an answer: it may require TLS.*MONGO_TLS/,
      ),
    });
  }, 60_000);

  it('one that resets each connection may require it, too', async () => {
    const server = createTcpServer((socket) => socket.on('data', () => socket.resetAndDestroy()));
    const port = await listening(server);
    expect(await failure(`mongodb://127.0.0.1:${port}/?directConnection=true`)).toMatchObject({
      code: 'MONGO_UNAVAILABLE',
      message: expect.stringMatching(/^MongoDB closes each connection .* may require TLS.*MONGO_TLS/),
    });
  }, 60_000);
});

describe('the address', () => {
  it.each(['auth-db.invalid', 'no-such-host.invalid'])(
    'a name that does not resolve: %s',
    async (host) => {
      expect(await failure(`mongodb://${host}/`)).toMatchObject({
        code: 'MONGO_HOST_UNKNOWN',
        errorClass: 'transient',
        message: expect.stringMatching(new RegExp(`${host} does not resolve .*MONGO_HOST`)),
      });
    },
    30_000,
  );

  it('an SRV record that is not there', async () => {
    expect(await failure('mongodb+srv://auth.cluster.invalid/')).toMatchObject({
      code: expect.stringMatching(/^MONGO_(HOST_UNKNOWN|UNAVAILABLE)$/),
      errorClass: 'transient',
    });
  }, 30_000);

  it('where nobody listens, whatever the name of the user', async () => {
    const port = await freePort();
    expect(await failure(`mongodb://author:pw@127.0.0.1:${port}/`)).toMatchObject({
      code: 'MONGO_UNAVAILABLE',
      message: expect.stringContaining(`ECONNREFUSED 127.0.0.1:${port}`),
    });
  }, 30_000);

  it('where somebody takes connections, and says nothing', async () => {
    const port = await listening(createTcpServer(() => {}));
    expect(await failure(`mongodb://127.0.0.1:${port}/`)).toMatchObject({
      code: 'MONGO_UNAVAILABLE',
      message: expect.stringMatching(/^MongoDB accepts connections, but does not answer/),
    });
  }, 30_000);

  it.each(['', '&directConnection=true'])(
    'a replica set of another name%s',
    async (more) => {
      expect(await failure(`mongodb://127.0.0.1:${mongoPort()}/?replicaSet=wrong${more}`)).toMatchObject({
        code: 'MONGO_REPLICA_SET',
        errorClass: 'configuration',
        message: expect.stringMatching(/replica set wrong: check replicaSet in MONGO_URI/),
      });
    },
    30_000,
  );
});

describe('the login', () => {
  const withLogin = (login: string, more = '') => {
    const uri = new URL(guarded.uri);
    const [username = '', password = ''] = login.split(':');
    uri.username = username;
    uri.password = password;
    return `${uri.href}${more}`;
  };

  it('none, where one is asked for', async () => {
    expect(await failure(withLogin(''))).toMatchObject({
      code: 'MONGO_AUTH',
      message: expect.stringMatching(/requires a login: set MONGO_USERNAME/),
    });
  });

  it('a wrong one', async () => {
    expect(await failure(withLogin('admin:wrong'))).toMatchObject({
      code: 'MONGO_AUTH',
      message: expect.stringMatching(/refused the user name or password/),
    });
  });

  it.each([
    ['MONGODB-AWS', '@aws-sdk/credential-providers'],
    ['GSSAPI', 'kerberos'],
  ])('by %s, whose module is not there', async (mechanism, module) => {
    const uri = `mongodb://me@127.0.0.1:${mongoPort()}/?authMechanism=${mechanism}&authSource=$external`;
    const bare = mechanism === 'GSSAPI' ? uri : uri.replace('me@', '');
    expect(await failure(bare)).toMatchObject({
      code: 'MONGO_DRIVER',
      errorClass: 'configuration',
      message: expect.stringContaining(module),
    });
  });
});

it.each([
  ['bad auth : authentication failed', 'MONGO_AUTH', 'configuration'],
  ['user is not allowed to do action [insert] on [app.keys]', 'MONGO_PRIVILEGE', 'configuration'],
  ['you are over your space quota, using 513 MB of 512 MB', 'MONGO_DISK_FULL', 'configuration'],
  ['something else', 'MONGO_UNKNOWN', 'unknown'],
])('Atlas answers everything with 8000; its words say what it is: %s', (errmsg, code, errorClass) => {
  const error = new MongoServerError({ message: errmsg, errmsg, code: 8000, codeName: 'AtlasError' });
  expect(mongoError(error)).toMatchObject({ code, errorClass });
});
