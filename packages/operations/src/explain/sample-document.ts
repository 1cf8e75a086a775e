import {
  type Batch,
  ByteBudget,
  firstState,
  inPlace,
  isObject,
  type KeyState,
  type KeyType,
  type Messages,
  placeOf,
  type RuleBook,
  Slice,
  type Source,
  shapeMessage,
  shapeValue,
} from '@redis-to-mongo/pipeline';

/** Maximum characters of a text, and items of a list, shown in a sample. */
const LONGEST = 120;
const MOST = 5;

/**
 * A document that a sync of the key would write, and its collection. The fleet's own code makes it, without
 * writing it.
 */
export interface SampleDocument {
  readonly collection: string;
  readonly document: unknown;
}

/**
 * Reads a key as the fleet does, and makes one document without writing it.
 * @param rules determine the collection and the shape.
 * @param incarnation the incarnation that the document would belong to.
 * @returns `undefined` if the key does not exist, or is empty.
 * @throws SyncError as the syncer does.
 */
export async function sampleDocument(
  source: Source,
  separator: string,
  key: string,
  keyType: KeyType,
  rules: RuleBook,
  incarnation = 1,
): Promise<SampleDocument | undefined> {
  const first = firstState(key, placeOf(key, separator), keyType, new Date());
  const state = inPlace({ ...first, incarnation }, rules.placeFor(key, keyType));
  const slice = new Slice({ entries: 1, bytes: 1, ms: 60_000 });
  const batches = source.syncer(keyType)?.read(state, slice, new ByteBudget(Number.MAX_SAFE_INTEGER)) ?? [];
  for await (const batch of batches) {
    const sample = await sampleOf(batch, state);
    batch.release?.();
    return sample;
  }
  return undefined;
}

async function sampleOf({ writes: [write] }: Batch, state: KeyState): Promise<SampleDocument | undefined> {
  const { key, keyType } = state;
  switch (write?.kind) {
    case 'insert':
      return { collection: write.collection, document: shown(firstOf(write.messages)) };
    case 'replace': {
      const { document, shape } = write;
      const fields = shape ? shapeValue(document, shape, { key, keyType }) : document;
      return { collection: write.collection, document: shown({ _id: idOf(state), ...fields }) };
    }
    case 'members': {
      const pages = write.scan?.('paged');
      const page = await pages?.next();
      await pages?.return(false);
      const element = page?.done === false ? page.value[0] : undefined;
      const fields = { key, ...element?.document() };
      const document = write.shape ? shapeValue(fields, write.shape, {}) : fields;
      return { collection: write.memberCollection, document: shown(document) };
    }
    default:
      return undefined;
  }
}

/** The `_id` of a value's document, as JSON. */
function idOf({ key, documentId }: KeyState): unknown {
  if (!documentId) return key;
  const { kind, text } = documentId;
  if (kind === 'objectId') return { $oid: text };
  return kind === 'number' ? Number(text) : text;
}

/** The first message. Commands read by the ordinary path, so there are documents. */
function firstOf(messages: Messages): unknown {
  const first = messages.form === 'documents' ? messages.documents[0] : undefined;
  return first && messages.isShaped ? shapeMessage(first) : first;
}

/** A document as JSON: bytes as base64, long values cut. */
function shown(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  if (value instanceof Uint8Array)
    return {
      $binary: shown(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')),
    };
  if (Array.isArray(value))
    return value.length > MOST
      ? [...value.slice(0, MOST).map(shown), `… ${value.length - MOST} more`]
      : value.map(shown);
  if (!isObject(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shown(each)]));
}
