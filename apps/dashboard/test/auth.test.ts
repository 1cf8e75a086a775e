import { describe, expect, test } from 'vitest';
import { Account, chooseAccount } from '../src/auth/account.js';
import { basicCredentials } from '../src/auth/guard.js';
import { clientOf } from '../src/auth/login-limiter.js';
import { mayChange } from '../src/auth/same-origin.js';
import { formatHash, hashPassword, isPassword, parseHash } from '../src/auth/scrypt-hash.js';
import { Sessions } from '../src/auth/sessions.js';
import { belowBase } from '../src/routes/base-path.js';

describe('a password hash', () => {
  test('is written in the PHC form, read back, and knows its password alone', async () => {
    const text = formatHash(await hashPassword('s3cret'));
    expect(text).toMatch(/^\$scrypt\$ln=15,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    const hash = parseHash(text);
    expect(await isPassword('s3cret', hash)).toBe(true);
    expect(await isPassword('s3cret ', hash)).toBe(false);
    expect(await isPassword('', hash)).toBe(false);
  });

  test('of one password is another each time, since its salt is', async () => {
    expect(formatHash(await hashPassword('x'))).not.toBe(formatHash(await hashPassword('x')));
  });

  test('made by another program is understood', async () => {
    // python3: hashlib.scrypt(b'pleaseletmein', salt=b'SodiumChloride', n=16384, r=8, p=1, dklen=32)
    const hash = parseHash(
      '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI',
    );
    expect(await isPassword('pleaseletmein', hash)).toBe(true);
  });

  test('matches a password that was typed on a keyboard which composes its letters otherwise', async () => {
    expect(await isPassword('u\u0308ber', await hashPassword('\u00fcber'))).toBe(true);
  });

  test.each([
    'plain',
    '$scrypt$ln=9,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046w',
    '$scrypt$ln=25,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046w',
    '$scrypt$ln=15,r=8,p=99$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046w',
    '$scrypt$ln=15,r=0,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046w',
    '$scrypt$ln=15,r=8,p=1$U29kaXVtQ2hsb3JpZGU$c2hvcnQ',
  ])('that is none, too weak or too dear is refused: %s', (text) => {
    expect(() => parseHash(text)).toThrow(expect.objectContaining({ code: 'CONFIG_PASSWORD_HASH' }));
  });
});

describe('the account', () => {
  test('takes its user name with its password, and nothing else', async () => {
    const account = new Account('admin', await hashPassword('s3cret'));
    expect(await account.check({ username: 'admin', password: 's3cret' })).toBe('right');
    expect(await account.check({ username: 'admin', password: 'S3cret' })).toBe('wrong');
    expect(await account.check({ username: 'Admin', password: 's3cret' })).toBe('wrong');
    expect(await account.check({ username: '', password: '' })).toBe('wrong');
  });

  test('remembers what it accepted last, so that it need not be hashed again', async () => {
    const account = new Account('admin', await hashPassword('s3cret'));
    const right = { username: 'admin', password: 's3cret' };
    expect(account.isKnown(right)).toBe(false);
    await account.check({ username: 'admin', password: 'wrong' });
    expect(account.isKnown({ username: 'admin', password: 'wrong' })).toBe(false);
    await account.check(right);
    expect(account.isKnown(right)).toBe(true);
    expect(account.isKnown({ username: 'admin', password: 's3cret!' })).toBe(false);
  });

  test('turns logins away when too many wait', async () => {
    const account = new Account('admin', await hashPassword('s3cret'));
    const tries = Array.from({ length: 22 }, () => account.check({ username: 'admin', password: 'x' }));
    const results = await Promise.all(tries);
    expect(results.filter((result) => result === 'busy')).toHaveLength(2);
  });

  test('is made from a password, from a hash, or made up anew for each run', async () => {
    const byPassword = await chooseAccount({ username: 'a', password: 'p' });
    expect(byPassword.madeUp).toBeUndefined();
    expect(await byPassword.account.check({ username: 'a', password: 'p' })).toBe('right');

    const passwordHash = formatHash(await hashPassword('q'));
    const byHash = await chooseAccount({ username: 'a', passwordHash });
    expect(await byHash.account.check({ username: 'a', password: 'q' })).toBe('right');

    const one = await chooseAccount({ username: 'a' });
    const two = await chooseAccount({ username: 'a' });
    expect(one.madeUp).toMatch(/^[\w-]{24}$/);
    expect(one.madeUp).not.toBe(two.madeUp);
    expect(await one.account.check({ username: 'a', password: one.madeUp ?? '' })).toBe('right');
    expect(await one.account.check({ username: 'a', password: '' })).toBe('wrong');
  });
});

describe('a session', () => {
  test('lasts for its time, or until it is ended, and can not be guessed from another one', () => {
    const sessions = new Sessions(1000);
    const id = sessions.begin(0);
    expect(id).toHaveLength(43);
    expect(sessions.begin(0)).not.toBe(id);
    expect(sessions.isValid(id, 999)).toBe(true);
    expect(sessions.isValid(id, 1000)).toBe(false);
    expect(sessions.isValid('', 0)).toBe(false);
    sessions.end(id);
    expect(sessions.isValid(id, 0)).toBe(false);
  });

  test('gives way, the oldest first, when there are too many', () => {
    const sessions = new Sessions(1000, 2);
    const [one, two, three] = [sessions.begin(0), sessions.begin(0), sessions.begin(0)];
    expect([one, two, three].map((id) => sessions.isValid(id, 1))).toEqual([false, true, true]);
  });
});

describe('a request that changes something', () => {
  const host = 'localhost:8080';
  test.each([
    [
      'from a page of the dashboard',
      { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' },
      true,
    ],
    ['from a browser that sends no Sec-Fetch-Site', { origin: 'http://localhost:8080' }, true],
    ['through a proxy that ends TLS', { origin: 'https://localhost:8080' }, true],
    ['from another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, false],
    ['from another site, in an older browser', { origin: 'https://evil.example' }, false],
    [
      'from another port of this machine',
      { origin: 'http://localhost:9999', 'sec-fetch-site': 'same-site' },
      false,
    ],
    ['from a sandboxed frame', { origin: 'null' }, false],
    [
      'through a proxy that rewrites Host, as the browser says, whose word no page can set',
      { origin: 'https://dash.example', 'sec-fetch-site': 'same-origin' },
      true,
    ],
    [
      'through such a proxy without HTTPS, where browsers send nothing',
      { origin: 'http://dash.example' },
      false,
    ],
    ['that was typed or bookmarked', { 'sec-fetch-site': 'none' }, false],
    ['that does not say where it comes from', {}, false],
  ])('%s: allowed is %3$s', (_name, headers, allowed) => {
    expect(mayChange('POST', host, headers)).toBe(allowed);
    expect(mayChange('GET', host, headers)).toBe(true);
  });
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:0:1::7', '2001:db8:0:1::/64'],
  ['2001:DB8::1:2:3:4', '2001:db8:0:0::/64'],
  ['2001:0db8:0000:0001:aaaa:bbbb:cccc:dddd', '2001:db8:0:1::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['whatever a proxy says', 'whatever a proxy says'],
])('%s counts as the client %s', (ip, client) => {
  expect(clientOf(ip)).toBe(client);
});

test.each([
  ['/ops/mirror', '/'],
  ['/ops/mirror?x=1', '/?x=1'],
  ['/ops/mirror/keys?q=a', '/keys?q=a'],
  ['/ops/mirrors/keys', '/ops/mirrors/keys'],
  ['/keys', '/keys'],
  ['/ops/mirror//evil.example', '//evil.example'],
])('%s asks for %s below the base path', (url, below) => {
  expect(belowBase(url, '/ops/mirror')).toBe(below);
  expect(belowBase(url, '')).toBe(url);
});

test('credentials are read from a Basic header, and from nothing else', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  expect(basicCredentials(basic('admin:a:b'))).toEqual({ username: 'admin', password: 'a:b' });
  expect(basicCredentials(basic('admin'))).toBeUndefined();
  expect(basicCredentials('Bearer abc')).toBeUndefined();
  expect(basicCredentials(undefined)).toBeUndefined();
});
