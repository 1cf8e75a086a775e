import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOnPath } from './find-on-path.js';
import { LocalStackError, messageOf } from './local-stack-error.js';
import { downloadMongod } from './mongod-download.js';
import { pythonVenv } from './python-venv.js';
import { runCommand } from './run-command.js';

export interface MongoProgram {
  readonly server: 'mongod' | 'secantusdb';
  readonly command: string;
  /** Arguments before the server's own ones. */
  readonly args: readonly string[];
  /** Name, version and origin, such as `mongod 8.2.6 from PATH`. */
  readonly kind: string;
}

type Step = (onProgress: (line: string) => void) => Promise<MongoProgram | undefined>;

// A beta, GPL-2.0: only run as a separate process for development and tests, never linked.
// Newer versions are untested.
const secantusVersion = '0.7.0b3';

/**
 * Chooses the MongoDB-compatible program to run: `mongod` on the PATH, else a downloaded one,
 * else SecantusDB's Python wheel.
 *
 * @param binary a mongod or secantusd to run instead; default: LOCAL_STACK_MONGO_BINARY, if set.
 * @throws LocalStackError `LOCAL_STACK_NO_MONGO` with the reason why each of them is missing
 */
export async function chooseMongo(
  onProgress: (line: string) => void,
  binary = process.env.LOCAL_STACK_MONGO_BINARY || undefined,
): Promise<MongoProgram> {
  if (binary !== undefined) return await fromBinary(binary);
  const reasons: string[] = [];
  for (const step of [fromPath, fromDownload, fromWheel] satisfies Step[]) {
    try {
      const program = await step(onProgress);
      if (program !== undefined) return program;
    } catch (error) {
      reasons.push(messageOf(error));
      onProgress(`mongodb: ${messageOf(error)}`);
    }
  }
  throw new LocalStackError(
    'LOCAL_STACK_NO_MONGO',
    `no MongoDB was found and none could be installed (${reasons.join('; ')}); ` +
      'install mongod, or name a running one by LOCAL_STACK_MONGO_URI',
  );
}

/**
 * A secantusd takes the arguments of the Python wheel. A program with any other name is treated as a mongod.
 */
async function fromBinary(binary: string): Promise<MongoProgram> {
  if (!basename(binary).startsWith('secantusd')) return await mongod(binary, `from ${binary}`);
  const output = await runCommand(binary, ['--version'], { timeoutMs: 60_000 });
  const version = /\d+\.\d+\.\S+/.exec(output)?.[0] ?? 'of unknown version';
  return {
    server: 'secantusdb',
    command: binary,
    args: [],
    kind: `SecantusDB ${version}, ${basename(binary)} (stands in for mongod)`,
  };
}

async function fromPath(): Promise<MongoProgram | undefined> {
  const command = await findOnPath('mongod');
  return command === undefined ? undefined : await mongod(command, 'from PATH');
}

async function fromDownload(onProgress: (line: string) => void): Promise<MongoProgram> {
  return await mongod(await downloadMongod(onProgress), 'downloaded');
}

async function fromWheel(onProgress: (line: string) => void): Promise<MongoProgram> {
  const { python } = await pythonVenv(`SecantusDB==${secantusVersion}`, onProgress);
  return {
    server: 'secantusdb',
    command: python,
    args: [fileURLToPath(new URL('../secantusdb.py', import.meta.url))],
    kind: `SecantusDB ${secantusVersion} from PyPI (stands in for mongod)`,
  };
}

async function mongod(command: string, origin: string): Promise<MongoProgram> {
  // Also checks that the program runs here: a downloaded one may lack a library.
  const output = await runCommand(command, ['--version'], { timeoutMs: 60_000 });
  const version = /db version v(\S+)/.exec(output)?.[1] ?? 'of unknown version';
  return { server: 'mongod', command, args: [], kind: `mongod ${version} ${origin}` };
}
