import { type Document, Long } from 'mongodb';
import type { Command } from './command.js';

/**
 * Answers the commands that the acknowledging sink receives. It accepts every write. It keeps only the
 * documents of `keys` and `fleet`, because the fleet reads them back, and counts inserted messages.
 */
export class AckStore {
  readonly #kept: ReadonlyMap<string, Map<string, Document>> = new Map([
    ['keys', new Map()],
    ['fleet', new Map()],
  ]);
  #inserted = 0;

  /** Number of inserted messages. */
  get inserted(): number {
    return this.#inserted;
  }

  /** Executes a command of the driver, and returns the reply. */
  answer(command: Command): Document {
    switch (command.name) {
      case 'hello':
      case 'ismaster':
      case 'isMaster':
        return hello();
      case 'insert':
        return this.#insert(command);
      case 'update':
        return this.#update(command);
      case 'findAndModify':
        return this.#count(command);
      case 'find':
        return cursor(this.#find(command));
      case 'aggregate':
      case 'listIndexes':
      case 'listCollections':
        return cursor([]);
      default:
        return { ok: 1 };
    }
  }

  #insert(command: Command): Document {
    const kept = this.#keptIn(command);
    if (!kept) {
      this.#inserted += command.documents;
      return { ok: 1, n: command.documents };
    }
    const writeErrors: Document[] = [];
    let n = 0;
    for (const [index, document] of listIn(command.read(), 'documents').entries()) {
      const id = String(document._id);
      if (kept.has(id))
        writeErrors.push({ index, code: 11000, errmsg: 'duplicate key', keyPattern: { _id: 1 } });
      else {
        kept.set(id, document);
        n++;
      }
    }
    return { ok: 1, n, ...(writeErrors.length > 0 ? { writeErrors } : {}) };
  }

  #update(command: Command): Document {
    const updates = listIn(command.read(), 'updates');
    const kept = this.#keptIn(command);
    if (!kept) return { ok: 1, n: updates.length, nModified: updates.length };
    let n = 0;
    for (const { q, u, upsert } of updates) {
      if (isProbe(u)) continue;
      const found = [...matching(kept, q)];
      const changed = found.filter((document) => change(document, u));
      if (found.length === 0 && upsert === true)
        kept.set(String(q._id), { _id: q._id, ...u.$setOnInsert, ...u.$set });
      n += found.length === 0 && upsert === true ? 1 : changed.length;
    }
    return { ok: 1, n, nModified: n };
  }

  /** The fleet counts in its target. It takes a counter that does not grow for a target that was set back. */
  #count(command: Command): Document {
    const { query, update } = command.read();
    const kept = this.#keptIn(command);
    const value: Document = { ...kept?.get(String(query?._id)), _id: query?._id };
    for (const [name, by] of Object.entries(update?.$inc ?? {}))
      value[name] = (value[name] ?? 0) + Number(by);
    kept?.set(String(value._id), value);
    return { ok: 1, value };
  }

  #find(command: Command): Document[] {
    const kept = this.#keptIn(command);
    return kept ? [...matching(kept, command.read().filter ?? {})] : [];
  }

  #keptIn({ collection }: Command): Map<string, Document> | undefined {
    return this.#kept.get(collection ?? '');
  }
}

/** Whether an update is a probe that modifies nothing. See countsChanged of mongo-sink. */
function isProbe(u: unknown): boolean {
  return Array.isArray(u) && u[0]?.$replaceWith === '$$ROOT';
}

/**
 * Applies an update to a document. A save is a pipeline that compares the revision, and leaves a document of
 * another revision unchanged. A save of several documents has a branch for each. See KeyStates and
 * GroupedUpdates of mongo-sink.
 * @returns whether the document was changed.
 */
function change(document: Document, u: Document): boolean {
  if (!Array.isArray(u)) {
    Object.assign(document, u.$set);
    return true;
  }
  const [, save] = u[0]?.$replaceWith.$mergeObjects ?? [];
  const isIts = (branch: Document) => branch.case.$eq[1].$literal === document._id;
  const own: Document | undefined = save.$switch ? save.$switch.branches.find(isIts)?.then : save;
  const [condition, fields] = own?.$cond ?? [];
  if (condition?.$eq[1] !== document.revision) return false;
  Object.assign(document, fields.$literal);
  return true;
}

function* matching(kept: ReadonlyMap<string, Document>, filter: Document): Generator<Document> {
  const { _id: id } = filter;
  const named: unknown[] | undefined = Array.isArray(id?.$in)
    ? id.$in
    : typeof id === 'string'
      ? [id]
      : undefined;
  const candidates = named ? named.flatMap((name) => kept.get(String(name)) ?? []) : kept.values();
  for (const document of candidates)
    if (Object.entries(filter).every(([name, value]) => name === '_id' || document[name] === value))
      yield document;
}

function hello(): Document {
  return {
    ok: 1,
    helloOk: true,
    isWritablePrimary: true,
    ismaster: true,
    setName: 'ack',
    hosts: ['127.0.0.1'],
    minWireVersion: 0,
    maxWireVersion: 25,
    maxBsonObjectSize: 16 * 1024 * 1024,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    logicalSessionTimeoutMinutes: 30,
    localTime: new Date(),
  };
}

function cursor(firstBatch: readonly Document[]): Document {
  return { ok: 1, cursor: { id: Long.ZERO, ns: 'ack.ack', firstBatch } };
}

function listIn(command: Document, name: string): Document[] {
  const list: unknown = command[name];
  return Array.isArray(list) ? list : [];
}
