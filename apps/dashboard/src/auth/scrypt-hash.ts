import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/**
 * A password's hash in the PHC form `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`: N is 2^ln, salt and hash are base64
 * without padding. Source: https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md
 */
export interface ScryptHash {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** The limit in bytes. Hashing needs 128 · N · r bytes. A hash that needs more is refused, so that a login can't exhaust the memory. */
const MAX_MEMORY = 256 * 1024 * 1024;
const MAX_PARALLEL = 16;
const HASH_BYTES = 32;
const FORM =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)={0,2}\$([A-Za-z0-9+/]+)={0,2}$/;

/** A hash can't be used. Code `CONFIG_PASSWORD_HASH`. */
class PasswordHashError extends Error {
  override readonly name = 'PasswordHashError';
  readonly code = 'CONFIG_PASSWORD_HASH';
}

/** Hashes a password with a new salt: N = 2^15, r = 8, p = 1, about 0.1 s and 32 MB. */
export async function hashPassword(password: string): Promise<ScryptHash> {
  const settings = { ln: 15, r: 8, p: 1, salt: randomBytes(16) };
  return { ...settings, hash: await derive(password, settings, HASH_BYTES) };
}

/** Whether this is the password that was hashed. The comparison takes the same time wherever the hashes differ. */
export async function isPassword(password: string, known: ScryptHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, known, known.hash.length), known.hash);
}

export function formatHash({ ln, r, p, salt, hash }: ScryptHash): string {
  const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`;
}

/** @throws PasswordHashError if the text is not such a hash, or if the hash is too weak, or too costly to check. */
export function parseHash(text: string): ScryptHash {
  const [, ln, r, p, salt = '', hash = ''] = FORM.exec(text) ?? [];
  const parsed = {
    ln: Number(ln),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
  const fits = memoryOf(parsed) <= MAX_MEMORY && parsed.p >= 1 && parsed.p <= MAX_PARALLEL;
  // A text that does not match gives NaN, which passes no comparison.
  if (fits && parsed.ln >= 10 && parsed.r >= 1 && parsed.hash.length >= 16) return parsed;
  throw new PasswordHashError(
    'DASHBOARD_PASSWORD_HASH cannot be used: it must be $scrypt$ln=…,r=…,p=…$salt$hash with ln of 10 or more, p of 16 ' +
      'or less, and 128 · 2^ln · r of 256 MB or less. Create one with `redis-to-mongo hash-password`.',
  );
}

function memoryOf({ ln, r }: Pick<ScryptHash, 'ln' | 'r'>): number {
  return 128 * 2 ** ln * r;
}

function derive(password: string, settings: Omit<ScryptHash, 'hash'>, bytes: number): Promise<Buffer> {
  const { ln, r, p, salt } = settings;
  const options = { N: 2 ** ln, r, p, maxmem: memoryOf(settings) + 128 * r * (p + 2) };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, bytes, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
