import fc from 'fast-check';
import { ConnectionString } from 'mongodb-connection-string-url';
import { describe, expect, it } from 'vitest';
import { configFolder } from './config-folder.js';

const folder = configFolder();

const login = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('\0'));

describe('the MongoDB of the configuration', () => {
  it.each([
    ['mongo', 'mongodb://mongo/'],
    ['mongo:27018', 'mongodb://mongo:27018/'],
    ['a:1, b:2,c', 'mongodb://a:1,b:2,c:27019/', '27019'],
    ['::1', 'mongodb://[::1]:27019/', '27019'],
    ['[::1]:1', 'mongodb://[::1]:1/'],
    ['mongodb://a:1,b:2/?replicaSet=rs', 'mongodb://a:1,b:2/?replicaSet=rs'],
    ['mongodb+srv://cluster.example.net/db', 'mongodb+srv://cluster.example.net/db'],
  ])('takes MONGO_HOST=%s', (host, uri, port = '') => {
    expect(folder.load({ MONGO_HOST: host, MONGO_PORT: port }).mongo.uri).toBe(uri);
  });

  it.each(['mongo', 'a:1,b:2', 'mongodb://a:1,b:2/?replicaSet=rs'])(
    'gives back any user name and password through the URI, with the host %s',
    (host) => {
      fc.assert(
        fc.property(login, login, (username, password) => {
          const env = { MONGO_HOST: host, MONGO_USERNAME: username, MONGO_PASSWORD: password };
          const { uri } = folder.load(env).mongo;
          const read = new ConnectionString(uri);
          expect([decodeURIComponent(read.username), decodeURIComponent(read.password)]).toEqual([
            username,
            password,
          ]);
          expect(folder.load({ MONGO_URI: uri }).mongo.uri).toBe(uri);
        }),
        { numRuns: 50 },
      );
    },
  );

  it('takes the database from the URI where MONGO_DB_NAME is not set', () => {
    expect(folder.load({ MONGO_URI: 'mongodb://h/fromuri' }).mongo.dbName).toBe('fromuri');
    expect(folder.load({ MONGO_URI: 'mongodb://h/admin' }, { MONGO_DB_NAME: 'app' }).mongo.dbName).toBe(
      'app',
    );
  });

  it.each(['admin', 'config', 'local', 'Local'])(
    'does not mirror into %s, a database of MongoDB’s own',
    (name) => {
      const problem = expect.stringContaining('is one of MongoDB’s own databases');
      expect(folder.refuse({ MONGO_DB_NAME: name }).problems).toMatchObject([
        { option: 'MONGO_DB_NAME', problem },
      ]);
      const remedy = expect.stringContaining('set MONGO_DB_NAME');
      expect(folder.refuse({ MONGO_URI: `mongodb://u:p@h/${name}` }).problems).toMatchObject([
        { option: 'MONGO_URI', problem, remedy },
      ]);
      expect(folder.load({ MONGO_URI: `mongodb://u:p@h/${name}`, MONGO_DB_NAME: 'app' }).mongo.dbName).toBe(
        'app',
      );
    },
  );

  it('lets a URI of the environment replace the host and the login of the file, and says so', () => {
    const config = folder.load(
      { MONGO_URI: 'mongodb://new' },
      { MONGO_HOST: 'old', MONGO_PORT: 1, MONGO_USERNAME: 'u', MONGO_PASSWORD: 'hunter2' },
    );
    expect(config.mongo.uri).toBe('mongodb://new/');
    expect(config.warnings).toEqual([
      'MONGO_URI in the environment replaces MONGO_HOST, MONGO_USERNAME, MONGO_PASSWORD of config.json',
    ]);
  });

  it('lets a host of the environment replace a URI of the file', () => {
    const config = folder.load({ MONGO_HOST: 'new' }, { MONGO_URI: 'mongodb://old' });
    expect(config.mongo.uri).toBe('mongodb://new/');
    expect(config.warnings).toEqual(['MONGO_HOST in the environment replaces MONGO_URI of config.json']);
  });

  it('lets a password of the environment complete a URI of the file', () => {
    const config = folder.load({ MONGO_PASSWORD: 'p w' }, { MONGO_URI: 'mongodb://u@h' });
    expect(config.mongo.uri).toBe('mongodb://u:p%20w@h/');
  });

  it('refuses what contradicts the URI beside it', () => {
    const { problems } = folder.refuse({
      MONGO_URI: 'mongodb://a:b@h/?authSource=x&tls=false',
      MONGO_HOST: 'other',
      MONGO_PORT: '1',
      MONGO_USERNAME: 'c',
      MONGO_PASSWORD: 'd',
      MONGO_AUTH_SOURCE: 'y',
      MONGO_TLS: 'true',
    });
    expect(problems.map(({ option }) => option)).toEqual([
      'MONGO_HOST',
      'MONGO_PORT',
      'MONGO_USERNAME',
      'MONGO_PASSWORD',
      'MONGO_AUTH_SOURCE',
      'MONGO_TLS',
    ]);
  });

  it('puts authSource and TLS into the URI', () => {
    expect(
      folder.load({ MONGO_HOST: 'h', MONGO_AUTH_SOURCE: 'users', MONGO_TLS: 'true' }).mongo,
    ).toMatchObject({
      uri: 'mongodb://h/?authSource=users&tls=true',
      authSource: 'users',
      tls: { enabled: true },
    });
    expect(folder.load({ MONGO_URI: 'mongodb+srv://h.example.net' }).mongo.tls.enabled).toBe(true);
    expect(folder.load({ MONGO_TLS: 'false' }, { MONGO_URI: 'mongodb://h/?ssl=true' }).mongo).toMatchObject({
      uri: 'mongodb://h/?tls=false',
      tls: { enabled: false },
    });
  });

  it('refuses a user name without a password, except where the mechanism needs none', () => {
    expect(folder.refuse({ MONGO_USERNAME: 'u' }).problems).toMatchObject([{ option: 'MONGO_USERNAME' }]);
    const uri = 'mongodb://h/?authMechanism=MONGODB-X509';
    expect(folder.load({ MONGO_URI: uri, MONGO_USERNAME: 'u' }).mongo.uri).toBe(
      'mongodb://u@h/?authMechanism=MONGODB-X509',
    );
  });

  it('warns of a password without a user name, and goes on without it', () => {
    const config = folder.load({}, { MONGO_USERNAME: '', MONGO_PASSWORD: 'hunter2' });
    expect(config.mongo.uri).toBe('mongodb://localhost/');
    expect(config.warnings).toEqual(['MONGO_PASSWORD is not used, because there is no MONGO_USERNAME']);
  });

  it.each([
    ['useNewUrlParser=true', 'option usenewurlparser is not supported'],
    ['readPreference=wrong', 'Invalid read preference mode'],
    ['maxStalenessSeconds=5&readPreference=secondary', 'maxStalenessSeconds below 90'],
    ['readConcernLevel=wrong', 'readConcernLevel'],
    ['tls=true&tlsInsecure=true', 'has tlsInsecure'],
    ['tlsInsecure=true', 'has tlsInsecure'],
    ['tls=true&tlsAllowInvalidCertificates=true', 'has tlsAllowInvalidCertificates'],
    ['tls=true&tlsCAFile=/no/such.pem', 'ENOENT'],
    ['tls=true&tlsCAFile=/dev/zero', 'what is not a file'],
    ['tls=true&ssl=false', 'All values of tls/ssl must be the same'],
    ['loadBalanced=true&replicaSet=rs', 'loadBalanced option not supported'],
    [
      'compressors=snappy',
      'names the compressor snappy, and the module that it needs, snappy, is not installed',
    ],
    ['compressors=wrong', 'not a valid compression mechanism'],
    ['proxyHost=proxy', 'names a proxy, and the module that it needs, socks, is not installed'],
    ['authMechanism=GSSAPI&authSource=$external', ''],
    ['authMechanism=WRONG', 'authMechanism'],
    ['srvMaxHosts=3', 'srvMaxHosts'],
  ])('has the driver try the URI: ?%s', (parameters, says) => {
    const { problems } = folder.refuse({ MONGO_URI: `mongodb://h/?${parameters}` });
    expect(problems).toMatchObject([{ option: 'MONGO_URI', problem: expect.stringContaining(says) }]);
  });

  it.each([
    ['mongodb://a,b/?directConnection=true', 'requires exactly one host'],
    ['mongodb+srv://cluster.example.net:27017/', 'cannot have port number'],
    ['mongodb+srv://a.example.net,b.example.net/', 'cannot have multiple service names'],
    ['mongodb://h:99999/', 'refused by the driver'],
    ['mongodb://h/a.b', 'names a database'],
  ])('has the driver try the URI: %s', (uri, says) => {
    expect(folder.refuse({ MONGO_HOST: uri }).problems).toMatchObject([
      { option: 'MONGO_HOST', problem: expect.stringContaining(says) },
    ]);
  });

  it('reports what the driver says with all other problems, and no value of the URI', () => {
    const uri = 'mongodb://u:top-secret-1@h/?authMechanism=top-secret-2';
    const { message, problems } = folder.refuse({ MONGO_URI: uri, SYNC_INTERVAL_SEC: '0.000001' });
    expect(problems.map(({ option }) => option).sort()).toEqual(['MONGO_URI', 'SYNC_INTERVAL_SEC']);
    expect(message).not.toContain('top-secret');
  });
});
