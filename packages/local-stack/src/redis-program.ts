import { LocalStackError } from './local-stack-error.js';
import { runCommand } from './run-command.js';

export interface RedisProgram {
  readonly command: string;
  /** Name, version and origin, such as `redis-server 7.0.15 from PATH`. */
  readonly kind: string;
  /** Arguments of a command that starts the server, such as `env`; they include the server's path. */
  readonly before?: readonly string[];
  /** Arguments that the server always gets. */
  readonly args?: readonly string[];
}

/**
 * The oldest major version. The fleet's tests count lost entries by figures that
 * Redis reports since this version.
 */
const OLDEST = 7;

/**
 * Checks a server's version.
 *
 * @param origin such as `from PATH`
 * @throws LocalStackError `LOCAL_STACK_COMMAND_FAILED` if the program does not answer like a
 * Redis of version 7.0 or newer
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
