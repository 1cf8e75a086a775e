import { totalmem } from 'node:os';
import { join } from 'node:path';
import { chooseMongo, type MongoProgram } from './choose-mongo.js';
import { openDataDir } from './data-dir.js';
import { givenServer } from './given-server.js';
import { type ManagedServer, startManagedServer } from './managed-server.js';
import { becomeReplicaSet, createUser, mongoAnswers } from './mongo-admin.js';
import { mongodArgs, prepareMongodDir } from './mongod-args.js';
import { type Supervisor, supervised } from './supervisor.js';

export interface MongoOptions {
  /** A running MongoDB to use instead of starting one. It is never stopped, killed or restarted. */
  readonly uri?: string | undefined;
  /** A directory for the data, kept at stop; default: a temporary directory, removed at stop. */
  readonly dataDir?: string | undefined;
  /** Creates this user (role root) and requires authentication; default: no authentication. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** The program to run, a mongod or a secantusd; default: as chooseMongo. */
  readonly binary?: string;
  /** More arguments for the server. */
  readonly args?: readonly string[];
  /** Called with progress lines about what is chosen and installed. */
  readonly onProgress?: (line: string) => void;
}

export interface MongoServer extends ManagedServer {
  /** Has no database name; includes the credentials, if there are any. */
  readonly uri: string;
}

// A mongod may take long to recover its journal on a slow disk.
const deadlineMs = 120_000;

/**
 * Starts a MongoDB-compatible server on a free port of 127.0.0.1. A real mongod
 * becomes a replica set of one node.
 *
 * @throws LocalStackError `LOCAL_STACK_NO_MONGO`, `LOCAL_STACK_NO_ANSWER`
 */
export async function startMongo(options: MongoOptions = {}): Promise<MongoServer> {
  const { uri } = options;
  if (uri === undefined) return await supervised((supervisor) => startUnder(supervisor, options));
  await mongoAnswers(uri, undefined);
  return { uri, ...givenServer('MongoDB', uri, 27017) };
}

async function startUnder(supervisor: Supervisor, options: MongoOptions): Promise<MongoServer> {
  const { credentials, onProgress = () => {} } = options;
  const program = await chooseMongo(onProgress, options.binary);
  const dataDir = await openDataDir(options.dataDir, supervisor);
  if (program.server === 'mongod') await prepareMongodDir(dataDir);
  let secured = false;
  const uriOf = (port: number) => {
    const user =
      secured && credentials
        ? `${encodeURIComponent(credentials.username)}:${encodeURIComponent(credentials.password)}@`
        : '';
    return `mongodb://${user}127.0.0.1:${port}/?directConnection=true`;
  };
  const server = await startManagedServer(supervisor, {
    kind: program.kind,
    command: program.command,
    argsFor: (port) => [...program.args, ...argsOf(program, port, dataDir, secured), ...(options.args ?? [])],
    dataDir,
    logFile: join(dataDir, 'mongodb-server.log'),
    answers: async (port, pid) => {
      await mongoAnswers(uriOf(port), pid);
      if (program.server === 'mongod') await becomeReplicaSet(uriOf(port), `127.0.0.1:${port}`);
    },
    deadlineMs,
  });
  if (credentials !== undefined) {
    await createUser(uriOf(server.port), credentials);
    secured = true;
    await server.restart();
  }
  onProgress(`mongodb: ${program.kind} on 127.0.0.1:${server.port}`);
  return Object.assign(server, { uri: uriOf(server.port) });
}

function argsOf(program: MongoProgram, port: number, dataDir: string, secured: boolean): string[] {
  if (program.server === 'mongod') return mongodArgs(port, dataDir, secured);
  return [
    ...['--host', '127.0.0.1', '--port', String(port), '--storage-path', join(dataDir, 'data')],
    // Without --sync-on-commit, a SIGKILL loses acknowledged writes.
    ...['--cache-size', cacheSize(), '--log-level', 'WARNING', '--sync-on-commit'],
    ...(secured ? ['--auth'] : []),
  ];
}

/**
 * A quarter of the memory, from 512 MiB to 4 GiB. A full cache can make SecantusDB hang: threads that wait
 * for space hold a lock that other threads need to free space.
 */
function cacheSize(): string {
  const mib = Math.floor(totalmem() / 4 / 1024 ** 2);
  return `${Math.max(512, Math.min(4096, mib))}M`;
}
