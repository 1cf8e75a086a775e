import { isInTime } from '@redis-to-mongo/pipeline';
import type { AppContext } from './run-app.js';

/** A server connection of an app, for its stop. */
export interface ServerConnection {
  readonly name: string;
  /** Resolves when the server answers. */
  readonly ask: () => Promise<unknown>;
  /** Closes its connections by force. Everything that waits for them fails at once. */
  readonly leave: () => void;
}

/** A server that is silent for this long, in ms, when the app is to stop, is not waited for. */
const SILENT_MS = 2_000;

/** What is closed after a server was left gets this long, in ms. */
const PATIENCE_MS = 1_000;

/**
 * Disconnects servers that do not answer, because every closer would wait for them. Servers that answer are closed in order,
 * by their own closers.
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
