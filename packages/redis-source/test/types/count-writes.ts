import type { CommandStartedEvent, CommandSucceededEvent, MongoClient } from 'mongodb';

/** Documents that were inserted, changed or removed, counted by MongoDB's own replies. */
export interface CountedWrites {
  /** By collection, since the last call. */
  take(): Record<string, number>;
}

const WRITES = ['insert', 'update', 'delete', 'findAndModify'];

/** Listens to the driver's commands; the client must be made with `monitorCommands`. */
export function countWrites(client: MongoClient): CountedWrites {
  let counts: Record<string, number> = {};
  const under = new Map<number, string>();
  client.on('commandStarted', ({ commandName, command, requestId }: CommandStartedEvent) => {
    if (WRITES.includes(commandName)) under.set(requestId, String(command[commandName]));
  });
  client.on('commandSucceeded', (event: CommandSucceededEvent) => {
    const { requestId, commandName } = event;
    const collection = under.get(requestId);
    if (collection === undefined) return;
    under.delete(requestId);
    if (collection === 'fleet') return; // Once a process, whatever it writes.
    const written =
      commandName === 'findAndModify'
        ? 1
        : Number(commandName === 'update' ? updated(event) : (event.reply as { n?: number }).n);
    if (written > 0) counts[collection] = (counts[collection] ?? 0) + written;
  });
  return {
    take: () => {
      const taken = counts;
      counts = {};
      return taken;
    },
  };
}

function updated({ reply }: CommandSucceededEvent): number {
  const { nModified, upserted } = reply as { nModified?: number; upserted?: unknown[] };
  return Number(nModified ?? 0) + (upserted?.length ?? 0);
}
