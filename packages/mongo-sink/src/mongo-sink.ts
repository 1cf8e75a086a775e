import {
  type KeyState,
  ListCommit,
  type LoadedState,
  messageCollectionOf,
  type Outcome,
  type Replacement,
  type RetryOptions,
  type Saving,
  type Sink,
  SyncError,
  type Write,
  withRetry,
} from '@redis-to-mongo/pipeline';
import type { Db } from 'mongodb';
import { leaveFormerPlace } from './admin/former-documents.js';
import { dropValueLetters } from './dead-letters/dead-letters.js';
import { KeyStates } from './keys/key-states.js';
import { MessageWriter, type MessageWriterOptions } from './messages/message-writer.js';
import { mirroredEntryIds } from './messages/mirrored-messages.js';
import { newestIncarnation } from './messages/records-of-stream.js';
import { MembersWriter } from './values/value-members-writer.js';
import { ValueWriter } from './values/value-writer.js';

/** Approximate number of keys of several jobs per command. A longer list gets a command of its own. */
const TOGETHER = 1_000;

/** Added elements of a large value, after which a worker that dies no longer loses them. */
const SEAL_ELEMENTS = 20_000;

/** How messages are written, and how transient errors are retried. */
export interface MongoSinkOptions extends MessageWriterOptions {
  /** How transient errors are retried. An error that remains after the retries is thrown. */
  readonly retry: RetryOptions;
}

/** The sink of the line: it writes to MongoDB, and keeps the positions there. */
export function mongoSink(db: Db, options: MongoSinkOptions): Sink {
  const states = new KeyStates(db, options.newSequence);
  const messages = new MessageWriter(db, options);
  const values = new ValueWriter(db, options.batchBytes, options.newSequence);
  const members = new MembersWriter(db, {
    bufferBytes: options.batchBytes,
    sealElements: SEAL_ELEMENTS,
    retry: options.retry,
    stale: (write, state) => values.stale(write, state),
  });
  const retrying = <T>(run: () => Promise<T>) => withRetry(run, options.retry);

  const writeValue = async (state: KeyState, write: Exclude<Write, { kind: 'insert' }>): Promise<Outcome> =>
    write.kind === 'members'
      ? await members.write(state, write) // retries its own commands: a retry of the whole would be another attempt
      : outcomeOf(await retrying(() => values.replace(state, write)));

  const writeOne = async (state: KeyState, write: Write): Promise<Outcome> => {
    if (write.kind === 'insert') return await retrying(() => messages.insert(write));
    const outcome = await writeValue(state, write);
    if (outcome.dead > 0) return outcome;
    return { ...outcome, settled: await retrying(() => dropValueLetters(db, state)) };
  };

  const limits = { weight: 1, concurrency: 2 };
  const eachOf = () => 1 / TOGETHER;
  const loads = new ListCommit<string, LoadedState | SyncError | undefined>(
    async (keys) => {
      const loaded = await retrying(() => states.loadAll(keys));
      return keys.map((key) => loaded.get(key));
    },
    { ...limits, weigh: eachOf },
  );
  const replaces = new ListCommit<Replacement, Outcome | undefined>(
    async (replacements) => {
      const replaced = await retrying(() => values.replaceAll(replacements));
      // `undefined`: the key runs alone, and gets its error there.
      return replaced.map((result) =>
        result === 'stale' || result instanceof SyncError ? undefined : outcomeOf(result),
      );
    },
    { ...limits, weigh: ({ write }) => Math.max(1 / TOGETHER, (200 + write.bytes) / options.batchBytes) },
  );
  const saves = new ListCommit<Saving, boolean>(
    async (savings) => {
      const saved = await retrying(() => states.saveAll(savings));
      return saved.map((result) => result === 'saved');
    },
    { ...limits, weigh: eachOf },
  );

  return {
    load: (key) => retrying(() => states.load(key)),
    save: (before, next) => retrying(() => states.save(before, next)),
    many: {
      load: async (keys) => {
        const loaded = await loads.submit(keys);
        const found = new Map<string, LoadedState | SyncError>();
        for (const [i, key] of keys.entries()) {
          const state = loaded[i];
          if (state) found.set(key, state);
        }
        return found;
      },
      replace: (replacements) => replaces.submit(replacements),
      save: (savings) => saves.submit(savings),
    },
    leave: (before) => retrying(() => leaveFormerPlace(db, before)),
    newestIncarnation: (state) => retrying(() => newestIncarnation(db, state, [messageCollectionOf(state)])),
    entryIds: (state) => retrying(() => mirroredEntryIds(db, state)),
    hasValue: (state, { collection }) => retrying(() => values.isActive(collection, state)),
    async write(state, writes) {
      const outcomes = await Promise.all(writes.map((write) => writeOne(state, write)));
      const sum = outcomes.reduce<Required<Omit<Outcome, 'otherEntries'>>>(
        (sum, outcome) => ({
          written: sum.written + outcome.written,
          alreadyThere: sum.alreadyThere + outcome.alreadyThere,
          dead: sum.dead + outcome.dead,
          settled: sum.settled + (outcome.settled ?? 0),
        }),
        { written: 0, alreadyThere: 0, dead: 0, settled: 0 },
      );
      const otherEntries = outcomes.find((outcome) => outcome.otherEntries)?.otherEntries;
      return otherEntries ? { ...sum, otherEntries } : sum;
    },
  };
}

function outcomeOf(result: 'written' | 'dead'): Outcome {
  return { written: 0, alreadyThere: 0, dead: 0, [result]: 1 };
}
