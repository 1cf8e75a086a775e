import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { formatHash, hashPassword } from './auth/scrypt-hash.js';

// Prints the hash of a password for DASHBOARD_PASSWORD_HASH. The password is read from standard input, and never from
// the arguments, which every user of the machine can see. On a terminal it is not shown.

const [argument] = process.argv.slice(2);
if (argument !== undefined) {
  const isHelp = ['--help', '-h'].includes(argument);
  (isHelp ? process.stdout : process.stderr).write(
    `${isHelp ? '' : 'hash-password takes no arguments, which every user of the machine can see.\n'}redis-to-mongo hash-password: reads a password, and prints its hash for\nDASHBOARD_PASSWORD_HASH. Enter the password, or send it to standard input.\n`,
  );
  process.exit(isHelp ? 0 : 2);
}
const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
const terminal = process.stdin.isTTY;
if (terminal) process.stderr.write('Password: ');
const lines = createInterface({ input: process.stdin, output: silent, terminal });
const read = await new Promise<string>((resolve) => {
  lines.once('line', resolve);
  lines.once('close', () => resolve(''));
});
lines.close();
if (terminal) process.stderr.write('\n');
if (read === '') {
  process.stderr.write('No password was given: enter one, or send it to standard input.\n');
  process.exitCode = 1;
} else {
  process.stdout.write(`${formatHash(await hashPassword(read))}\n`);
}
