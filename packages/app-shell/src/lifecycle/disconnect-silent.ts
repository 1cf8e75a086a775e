import { isInTime } from '@redis-to-mongo/pipeline';
import type { AppContext } from './run-app.js';

/** A server connection of an app, for its stop. */
export interface ServerConnection {
  readonly name: string;
  /** Resolves when the server answers. */
  readonly ask: () => Promise<unknown>;
  /** Closes the connection by force. Everything that waits for the server fails immediately. */
  readonly leave: () => void;
}

/** When the app stops, a server that does not answer within this time, in ms, is disconnected. */
const SILENT_MS = 2_000;

/** Time limit for closers after a server was disconnected, in ms. */
const PATIENCE_MS = 1_000;

/**
 * Disconnects servers that do not answer, because every closer would wait for them. Other servers are closed
 * in order by their own closers.
 */
export async function disconnectSilent(
  servers: readonly ServerConnection[],
  { logger, closers }: Pick<AppContext, 'logger' | 'closers'>,
): Promise<void> {
  const there = await Promise.all(servers.map(({ ask }) => isInTime(ask(), SILENT_MS)));
  const silent = servers.filter((_, i) => !there[i]);
  if (silent.length === 0) return;
  closers.hurry(PATIENCE_MS);
  for (const { name, leave } of silent) {
    logger.info(`${name} does not answer: its connections are closed without it`);
    leave();
  }
}
