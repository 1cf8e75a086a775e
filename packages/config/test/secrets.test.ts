import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, describeConfig, requireDashboardPassword } from '../src/index.js';
import { optionNames, optionOf } from '../src/options/options.js';
import { configFolder } from './config-folder.js';

const folder = configFolder();

// Long and with a mark in front, so that a secret can't be part of an honest word.
const secret = fc
  .string({ minLength: 1, maxLength: 20, unit: 'binary-ascii' })
  .map((text) => `s3kr${text.replaceAll('\0', '')}t`);
const address = fc.constantFrom(
  'REDIS_URL',
  'QUEUE_REDIS_URL',
  'MONGO_URI',
  'MONGO_HOST',
  'REDIS_HOST',
  'HTTP_HOST',
);
const shape = fc.constantFrom<(value: string) => string>(
  (value) => `redis://user:${value}@host:1/2`,
  (value) => `redis://:${encodeURIComponent(value)}@host/x`,
  (value) => `redis://user:${encodeURIComponent(value)}`,
  (value) => `redis://host?password=${encodeURIComponent(value)}`,
  (value) => `mongodb://user:${value}@host/db`,
  (value) => `mongodb://user:${encodeURIComponent(value)}@host/db`,
  (value) => `mongodb://host/?authMechanismProperties=AWS_SESSION_TOKEN:${encodeURIComponent(value)}`,
  (value) => `user:${value}@host`,
);

/** All that anybody may see of a configuration, good or bad. */
function allThatIsShown(env: Record<string, string>, file: unknown): string {
  try {
    const config = folder.load(env, file);
    return JSON.stringify([describeConfig(config), config.warnings]);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [error.stack, error.message, JSON.stringify(error.problems)].join('\n');
  }
}

describe('secrets', () => {
  it('are never shown when they stand in an option that is one', () => {
    const sensitive = optionNames().filter((name) => optionOf(name).sensitive);
    expect(sensitive).toEqual([
      'REDIS_PASSWORD',
      'REDIS_SENTINEL_PASSWORD',
      'QUEUE_REDIS_PASSWORD',
      'QUEUE_REDIS_SENTINEL_PASSWORD',
      'MONGO_PASSWORD',
      'DASHBOARD_PASSWORD',
      'DASHBOARD_PASSWORD_HASH',
    ]);
    fc.assert(
      fc.property(
        secret,
        fc.constantFrom(...sensitive),
        fc.boolean(),
        fc.boolean(),
        (value, name, inFile, wrong) => {
          const wrongPart: Record<string, string> = wrong ? { REDIS_PORT: 'abc' } : {};
          const shown = inFile
            ? allThatIsShown(wrongPart, { [name]: value })
            : allThatIsShown({ ...wrongPart, [name]: value }, {});
          expect(shown).not.toContain('s3kr');
          // Where another option is wrong, the error shows that one, and no valid secret at all.
          expect(shown).toContain(wrong ? 'abc' : '***');
        },
      ),
    );
  });

  it('are never shown when they stand in an address, be it valid or not', () => {
    fc.assert(
      fc.property(secret, address, shape, fc.boolean(), (value, name, write, inFile) => {
        const text = write(value);
        const shown = inFile ? allThatIsShown({}, { [name]: text }) : allThatIsShown({ [name]: text }, {});
        expect(shown).not.toContain('s3kr');
        expect(shown).toContain('***');
      }),
      { numRuns: 400 },
    );
  });

  it('are never shown when they are the value of a name that is not an option, or JSON that is broken', () => {
    expect(allThatIsShown({}, { MONGO_PASSWROD: 's3krt' })).not.toContain('s3kr');
    expect(allThatIsShown({}, '{"MONGO_PASSWORD": "s3krt" "')).not.toContain('s3kr');
  });
});

describe('describeConfig', () => {
  it('lists every option with its value, its source and what it means', () => {
    const config = folder.load(
      { MONGO_URI: 'mongodb://user:hunter2@h1,h2/db?replicaSet=rs&appName=my%20app', KEY_EXCLUDE: 'a,b' },
      { REDIS_PORT: 7 },
    );
    const described = new Map(describeConfig(config).map((each) => [each.option, each]));
    expect([...described.keys()]).toEqual(optionNames());
    expect(described.get('MONGO_URI')).toMatchObject({
      value: 'mongodb://***@h1,h2/db?replicaSet=rs&appName=***',
      source: 'environment',
      doc: expect.stringContaining('connection string'),
    });
    expect(described.get('KEY_EXCLUDE')).toMatchObject({ value: 'a, b', source: 'environment' });
    expect(described.get('REDIS_PORT')).toMatchObject({ value: '7', source: 'config.json' });
    expect(described.get('REDIS_HOST')).toMatchObject({ value: 'localhost', source: 'default' });
    expect(described.get('REDIS_PASSWORD')).toMatchObject({ value: '', source: 'default' });
  });
});

describe('the login of the dashboard', () => {
  it('is needed where others can reach it, and nowhere else', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1']) {
      expect(() => requireDashboardPassword(folder.load({ DASHBOARD_HOST: host }))).not.toThrow();
    }
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.example.com']) {
      const open = folder.load({ DASHBOARD_HOST: host });
      expect(() => requireDashboardPassword(open)).toThrow(
        /DASHBOARD_HOST.*environment.*set DASHBOARD_PASSWORD/,
      );
      const locked = folder.load({ DASHBOARD_HOST: host, DASHBOARD_PASSWORD: 'x' });
      expect(() => requireDashboardPassword(locked)).not.toThrow();
    }
  });

  it('takes the password or the hash of the higher source, and refuses both in one', () => {
    const hash = '$scrypt$ln=15,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g';
    const byHash = folder.load({ DASHBOARD_PASSWORD_HASH: hash }, { DASHBOARD_PASSWORD: 'x' }).dashboard;
    expect([byHash.password, byHash.passwordHash]).toEqual([undefined, hash]);
    const byPassword = folder.load({ DASHBOARD_PASSWORD: 'x' }, { DASHBOARD_PASSWORD_HASH: hash }).dashboard;
    expect([byPassword.password, byPassword.passwordHash]).toEqual(['x', undefined]);
    const { problems } = folder.refuse({ DASHBOARD_PASSWORD: 'x', DASHBOARD_PASSWORD_HASH: hash }, {});
    expect(problems).toMatchObject([{ option: 'DASHBOARD_PASSWORD' }]);
  });
});
