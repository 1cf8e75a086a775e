import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { handOverPassword } from '../src/auth/hand-over-password.js';
import { readPassword } from '../src/auth/read-password.js';
import { isPassword, parseHash } from '../src/auth/scrypt-hash.js';

function stream(isTTY: boolean) {
  return Object.assign(new PassThrough(), { isTTY });
}

test('a made-up password is shown on the terminal', async () => {
  const terminal = stream(true);
  const { where } = await handOverPassword('admin', 's3cret', terminal);
  expect(String(terminal.read())).toMatch(/user name: admin\npassword: {2}s3cret/);
  expect(where).toBe('the terminal');
});

test('a made-up password goes in a file for this user alone where there is no terminal, and away at the end', async () => {
  const log = stream(false);
  const { where, close } = await handOverPassword('admin', 's3cret', log);
  expect(log.read()).toBeNull();
  expect(readFileSync(where, 'utf8')).toContain('password:  s3cret');
  expect(statSync(where).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(where)).mode & 0o777).toBe(0o700);
  await close();
  expect(existsSync(dirname(where))).toBe(false);
});

test('what a killed dashboard left is removed by the next one; what belongs to a running one stays', async () => {
  const killed = spawn(process.execPath, ['--eval', '']);
  await once(killed, 'close');
  const running = await handOverPassword('admin', 's3cret', stream(false));
  const left = dirname(running.where).replace(`-${process.pid}-`, `-${killed.pid}-`);
  mkdirSync(left);
  writeFileSync(join(left, 'login.txt'), 's3cret');
  const next = await handOverPassword('admin', 'other', stream(false));
  expect([left, running.where, next.where].map(existsSync)).toEqual([false, true, true]);
  await Promise.all([running.close(), next.close()]);
});

test('the command hash-password prints the hash of what it reads', async () => {
  const command = spawn(process.execPath, [
    fileURLToPath(new URL('../dist/hash-password.js', import.meta.url)),
  ]);
  command.stdin.end('s3cret\n');
  const [printed] = await Promise.all([text(command.stdout), once(command, 'close')]);
  expect(await isPassword('s3cret', parseHash(printed.trim()))).toBe(true);
});

test('the command hash-password asks for a password when it gets none', async () => {
  const command = spawn(process.execPath, [
    fileURLToPath(new URL('../dist/hash-password.js', import.meta.url)),
  ]);
  command.stdin.end();
  const [complaint, [code]] = await Promise.all([text(command.stderr), once(command, 'close')]);
  expect(complaint).toContain('No password was given');
  expect(code).toBe(1);
});

test('the command hash-password takes no argument, and says so where no hash is expected', async () => {
  const command = spawn(process.execPath, [
    fileURLToPath(new URL('../dist/hash-password.js', import.meta.url)),
    's3cret',
  ]);
  const [printed, complaint, [code]] = await Promise.all([
    text(command.stdout),
    text(command.stderr),
    once(command, 'close'),
  ]);
  expect([printed, code]).toEqual(['', 2]);
  expect(complaint).toMatch(/^hash-password takes no arguments/);
  expect(complaint).not.toContain('s3cret');
});

test('on a terminal, a password is asked for twice, and not shown; a typing error in it is noticed', async () => {
  const typing = async (...typed: string[]) => {
    const [keyboard, prompts] = [stream(true), stream(false)];
    const read = readPassword(keyboard, prompts, () => {});
    for (const line of typed) keyboard.write(`${line}\r`);
    return { ...(await read), asked: String(prompts.read()) };
  };
  const asked = 'Password: \nThe same again: \n';
  expect(await typing('s3cret word', 's3cret word')).toEqual({ password: 's3cret word', asked });
  expect(await typing('s3cret', 's3cert')).toEqual({ problem: expect.stringContaining('differ'), asked });
  expect(await typing('')).toEqual({
    problem: expect.stringContaining('No password was given'),
    asked: 'Password: \n',
  });
});

test('without a terminal, the first line is the password; Ctrl-C on a terminal ends the question', async () => {
  const [pipe, prompts] = [stream(false), stream(false)];
  pipe.end('s3cret\nmore\n');
  expect(await readPassword(pipe, prompts, () => {})).toEqual({ password: 's3cret' });
  expect(prompts.read()).toBeNull();
  const keyboard = stream(true);
  const stopped = vi.fn();
  const read = readPassword(keyboard, prompts, stopped);
  keyboard.write('s3cr\x03');
  expect(await read).toMatchObject({ problem: expect.any(String) });
  expect(stopped).toHaveBeenCalledOnce();
});
