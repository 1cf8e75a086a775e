import { readPassword } from './auth/read-password.js';
import { formatHash, hashPassword } from './auth/scrypt-hash.js';

// Prints the hash of a password for DASHBOARD_PASSWORD_HASH. The password is read from standard input, and never from
// the arguments, which every user of the machine can see. On a terminal it is asked for twice, and not shown.

const [argument] = process.argv.slice(2);
if (argument !== undefined) {
  const isHelp = ['--help', '-h'].includes(argument);
  (isHelp ? process.stdout : process.stderr).write(
    `${isHelp ? '' : 'hash-password takes no arguments, which every user of the machine can see.\n'}redis-to-mongo hash-password: reads a password, and prints its hash for\nDASHBOARD_PASSWORD_HASH. Enter the password, or send it to standard input.\n`,
  );
  process.exit(isHelp ? 0 : 2);
}
const read = await readPassword(process.stdin, process.stderr, () => process.kill(process.pid, 'SIGINT'));
if ('password' in read) {
  process.stdout.write(`${formatHash(await hashPassword(read.password))}\n`);
} else {
  process.stderr.write(`${read.problem}\n`);
  process.exitCode = 1;
}
