import { Writable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { createLogger, type LoggerOptions } from '../src/index.js';

class Lines extends Writable {
  text = '';
  readonly isTTY: boolean;
  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
  get lines(): string[] {
    return this.text.split('\n').filter((line) => line !== '');
  }
  get json(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

function logTo(out: Lines, options: Partial<LoggerOptions> = {}) {
  return createLogger({ level: 'info', format: 'auto', app: 'worker', stream: out, ...options });
}

class CodedError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

describe('a log line', () => {
  test('is one JSON object with time, level, app, pid, message and fields, in this order', async () => {
    const out = new Lines();
    const log = logTo(out);
    log.info('synced', { key: 'orders', entries: 12 });
    await log.flush();
    expect(Object.keys(out.json[0] ?? {})).toEqual(['time', 'level', 'app', 'pid', 'msg', 'key', 'entries']);
    expect(out.json[0]).toMatchObject({
      level: 'info',
      app: 'worker',
      pid: process.pid,
      msg: 'synced',
      entries: 12,
    });
    expect(Date.parse(String(out.json[0]?.time))).toBeGreaterThan(Date.now() - 60_000);
  });

  test('keeps its own fields when a caller uses their names', async () => {
    const out = new Lines();
    const log = logTo(out);
    log.info('read', { level: 7, msg: 'other' });
    await log.flush();
    expect(out.json[0]).toMatchObject({ level: 'info', level_: 7, msg: 'read', msg_: 'other' });
  });

  test('can hold what JSON can not: bigints, dates, bytes, circles', async () => {
    const out = new Lines();
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const log = logTo(out);
    log.info('odd', {
      big: 12n,
      at: new Date(0),
      bytes: Buffer.from('secret value'),
      circle,
      none: undefined,
    });
    await log.flush();
    expect(out.json[0]).toMatchObject({ big: '12', at: '1970-01-01T00:00:00.000Z', bytes: '(12 bytes)' });
    expect(out.text).not.toContain('none');
  });

  test('is plain text with colors on a terminal, and without them for NO_COLOR', async () => {
    const terminal = new Lines(true);
    const log = logTo(terminal);
    log.info('synced', { key: 'orders', note: 'two words' });
    await log.flush();
    expect(terminal.text).toContain('\u001b[36minfo');
    expect(terminal.text).toContain('"two words"');

    vi.stubEnv('NO_COLOR', '1');
    const plain = new Lines(true);
    const quiet = logTo(plain);
    quiet.info('synced', { key: 'orders' });
    await quiet.flush();
    vi.unstubAllEnvs();
    expect(plain.text).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info {2}worker synced key=orders\n$/);
  });

  test('does not let foreign text control the terminal', async () => {
    const out = new Lines();
    const log = logTo(out, { format: 'pretty' });
    log.info('read\nfake line', { key: '\u001b[2J\u202eevil' });
    await log.flush();
    expect(out.lines).toHaveLength(1);
    expect(out.text).not.toContain('\u001b');
    expect(out.text).not.toContain('\u202e');
  });

  test('does not let it either as JSON, which reads back as it was', async () => {
    const out = new Lines();
    const log = logTo(out, { format: 'json' });
    const key = '\u001b[2J\u009b2J\u202eevil\u2028\u{e0001}é😀';
    log.info('read', { key });
    await log.flush();
    expect(out.text).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+\n$/u);
    expect(out.json[0]).toMatchObject({ key });
  });
});

describe('the level', () => {
  test('decides what is printed, and can be changed while running', async () => {
    const out = new Lines();
    const log = logTo(out, { level: 'warn' });
    log.info('not yet');
    log.level = 'debug';
    log.debug('now');
    await log.flush();
    expect(out.json.map(({ msg }) => msg)).toEqual(['now']);
  });
});

describe('an error in a line', () => {
  const error = new CodedError('MONGO_DOWN', 'MongoDB does not answer', {
    cause: new CodedError('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:27017'),
  });

  test('is its code, message and causes, without stacks', async () => {
    const out = new Lines();
    const log = logTo(out);
    log.error('job failed', { error });
    await log.flush();
    expect(out.json[0]?.error).toEqual({
      code: 'MONGO_DOWN',
      message: 'MongoDB does not answer',
      cause: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:27017' },
    });
  });

  test('has its stack at level debug, and on lines of its own for people', async () => {
    const out = new Lines();
    const log = logTo(out, { level: 'debug', format: 'pretty' });
    log.error('job failed', { error });
    await log.flush();
    expect(out.lines[0]).toContain('job failed error={"code":"MONGO_DOWN"');
    expect(out.lines[2]).toMatch(/^ {4}at /);
  });

  test('that wraps several is logged by the first of them', async () => {
    const out = new Lines();
    const log = logTo(out);
    log.error('job failed', { error: new AggregateError([new CodedError('ECONNREFUSED', 'refused')], '') });
    await log.flush();
    expect(out.json[0]?.error).toMatchObject({ message: 'refused', cause: { code: 'ECONNREFUSED' } });
  });

  test('is printed once, and its repeats as one line with their number when the window ends', async () => {
    const out = new Lines();
    const log = logTo(out, { foldMs: 50 });
    for (let i = 0; i < 5; i += 1) log.error('job failed', { key: `k${i}`, error });
    log.error('job failed', { error: new CodedError('OTHER', 'something else') });
    await vi.waitFor(() => expect(out.lines).toHaveLength(3), { timeout: 20_000 });
    expect(out.json[0]).toMatchObject({ msg: 'job failed', key: 'k0' });
    expect(out.json[1]).toMatchObject({ error: { code: 'OTHER' } });
    expect(out.json[2]).toMatchObject({ level: 'error', msg: 'job failed', code: 'MONGO_DOWN', repeated: 4 });
    log.error('job failed', { error });
    await vi.waitFor(() => expect(out.lines).toHaveLength(4), { timeout: 20_000 });
  });

  test('keeps the count of its repeats when the log is flushed early', async () => {
    const out = new Lines();
    const log = logTo(out);
    for (let i = 0; i < 3; i += 1) log.warn('lost the connection', { error });
    log.warn('a warning without an error is never folded');
    log.warn('a warning without an error is never folded');
    await log.flush();
    expect(out.json.map(({ repeated }) => repeated)).toEqual([undefined, undefined, undefined, 2]);
  });
});

describe('credentials', () => {
  test('are hidden in the message, in fields at any depth, in errors and their causes, and by field name', async () => {
    const out = new Lines();
    const log = logTo(out, { level: 'debug' });
    const uri = 'mongodb://me:s3cret@host/';
    const error = new Error(`bad ${uri}`, { cause: new Error(uri) });
    log.error(`can't reach ${uri}`, {
      uri,
      list: [{ uri }],
      url: new URL(uri),
      error,
      redisPassword: 's3cret',
    });
    await log.flush();
    expect(out.text).not.toContain('s3cret');
    expect(out.text).toContain('me:***@host');
  });
});
