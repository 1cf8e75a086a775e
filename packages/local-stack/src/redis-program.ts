import { LocalStackError } from './local-stack-error.js';
import { runCommand } from './run-command.js';

export interface RedisProgram {
  readonly command: string;
  /** What it is and where it comes from, such as `redis-server 7.0.15 from PATH`. */
  readonly kind: string;
  /** Where the command is one that runs the server in its own place: its arguments, the server among them. */
  readonly before?: readonly string[];
  /** The server's own arguments that it never starts without. */
  readonly args?: readonly string[];
}

/** The fleet counts lost entries by what Redis shows since this version, and so do its tests. */
const OLDEST = 7;

/**
 * Asks a server for its version.
 *
 * @param origin where it comes from, such as `from PATH`
 * @throws LocalStackError `LOCAL_STACK_COMMAND_FAILED` when it does not answer like a Redis of version 7.0 or newer
 */
export async function redisProgram(
  origin: string,
  program: Omit<RedisProgram, 'kind'>,
): Promise<RedisProgram> {
  const { command, before = [] } = program;
  const output = await runCommand(command, [...before, '--version'], { timeoutMs: 60_000 });
  const match = /^(?:Redis|(Valkey)) server v=((\d+)\.\S+)/.exec(output);
  if (match === null)
    throw failed(`${[command, ...before].join(' ')} --version does not answer like a Redis server`);
  const [, valkey, version, major] = match;
  const kind = `${valkey === undefined ? 'redis-server' : 'valkey-server'} ${version} ${origin}`;
  if (Number(major) < OLDEST) throw failed(`${kind} is older than ${OLDEST}.0`);
  return { ...program, kind };
}

function failed(message: string): LocalStackError {
  return new LocalStackError('LOCAL_STACK_COMMAND_FAILED', message);
}
