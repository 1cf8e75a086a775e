import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { builtApp } from '@redis-to-mongo/test-kit';

const run = promisify(execFile);
const demo = new URL('../dist/demo.js', import.meta.url);

/**
 * The built demo, or another program of this package, as a process with its own servers and
 * its own temporary directory.
 */
export class RunningDemo {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  readonly ended: Promise<number | null>;

  constructor(args: readonly string[], options: { tmpDir: string; cwd?: string; script?: URL }) {
    const env = {
      ...process.env,
      LOCAL_STACK_REDIS_URL: '',
      LOCAL_STACK_MONGO_URI: '',
      TMPDIR: options.tmpDir,
      PROVING_APPS: builtApp('apps'),
    };
    this.process = spawn(process.execPath, [fileURLToPath(options.script ?? demo), ...args], {
      env,
      cwd: options.cwd ?? options.tmpDir,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = this.#collect();
  }

  get output(): string {
    return [...this.lines, ...this.errors].join('\n');
  }

  /** Resolves when the output contains the text. @throws Error with the output if the demo ends first. */
  async untilSays(text: string): Promise<void> {
    let ended = false;
    void this.ended.then(() => {
      ended = true;
    });
    while (!this.output.includes(text)) {
      if (ended) throw new Error(`it ended without saying "${text}":\n${this.output}`);
      await sleep(50);
    }
  }

  async #collect(): Promise<number | null> {
    const { stdout, stderr } = this.process;
    if (!stdout || !stderr) throw new Error('the process was started without pipes');
    createInterface({ input: stdout }).on('line', (line) => this.lines.push(line));
    createInterface({ input: stderr }).on('line', (line) => this.errors.push(line));
    const [code]: unknown[] = await once(this.process, 'close');
    return typeof code === 'number' ? code : null;
  }
}

export interface Descendant {
  readonly pid: number;
  readonly command: string;
}

/** All running descendants of a process, at any depth. */
export async function descendantsOf(pid: number): Promise<Descendant[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args=']);
  const all = stdout.split('\n').flatMap((line) => {
    const [, child, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(child), parent: Number(parent), command }];
  });
  const parents = [pid];
  for (const of of parents) for (const { pid: child, parent } of all) if (parent === of) parents.push(child);
  return all.filter(({ pid: one }) => parents.indexOf(one) > 0);
}

/** Whether the process exists and has not ended. */
export async function isRunning(pid: number): Promise<boolean> {
  return await run('ps', ['-o', 'stat=', '-p', String(pid)]).then(
    ({ stdout }) => !stdout.trim().startsWith('Z'),
    () => false,
  );
}
