import { METADATA_TYPE } from '@redis-to-mongo/key-types';
import {
  globPattern,
  OURS,
  type RuleSpec,
  SyncError,
  valueCollectionsOf,
  wholeText,
} from '@redis-to-mongo/pipeline';
import type { Db, Document } from 'mongodb';
import { unlessRefused } from '../errors/refused-by.js';
import { pathIn } from '../values/value-place.js';

/** The view that shows each stream with its metadata sets. */
export const STREAMS_VIEW = 'streams';

/** MongoDB's code if another process created the view meanwhile. */
const NAMESPACE_EXISTS = 48;

/**
 * Finds what has the name of the view `streams` and is not the fleet's, if a rule needs the view: a collection, or a view of
 * something else than `keys`.
 * @returns `undefined` if there is none, or if the user may not list collections.
 * @throws what the driver throws.
 */
export async function foreignStreams(
  db: Db,
  rules: readonly RuleSpec[],
): Promise<{ readonly problem: string; readonly remedy: string } | undefined> {
  if (!rules.some(({ attach }) => attach)) return undefined;
  const found = await viewIn(db).catch(unlessRefused());
  return found && foreign(found);
}

function foreign({ type, options }: Document) {
  if (type === 'view' && options?.viewOn === 'keys') return undefined;
  const kind = type === 'view' ? 'view' : 'collection';
  return {
    problem: `the database has a ${kind} ${STREAMS_VIEW}, whose name a rule with attach needs for a view`,
    remedy: 'rename it, or remove attach',
  };
}

/**
 * Creates the view `streams` if a rule attaches metadata sets to their streams. It shows each main stream
 * from `keys`, with the members of its sets. A view stores nothing, so it is always up to date.
 * @throws SyncError DOCUMENT_FOREIGN if the database has a collection or view of that name that is not the fleet's, MONGO_INCOMPATIBLE if the
 * server has no views; else what the driver throws.
 */
export async function makeStreamsView(db: Db, rules: readonly RuleSpec[]): Promise<void> {
  const attached = rules.filter(({ attach }) => attach);
  if (attached.length === 0) return;
  const pipeline = pipelineOf(attached);
  const found = await viewIn(db);
  const taken = found && foreign(found);
  if (taken) throw new SyncError('DOCUMENT_FOREIGN', 'configuration', `${taken.problem}: ${taken.remedy}`);
  const isThis = (view: Document | undefined) =>
    JSON.stringify(view?.options?.pipeline) === JSON.stringify(pipeline);
  if (isThis(found)) return;
  if (found) {
    await db.command({ collMod: STREAMS_VIEW, viewOn: 'keys', pipeline });
    if (isThis(await viewIn(db))) return;
    // The stand-in for MongoDB in tests accepts the command, but changes nothing.
    await db.dropCollection(STREAMS_VIEW);
  }
  await db
    .createCollection(STREAMS_VIEW, { viewOn: 'keys', pipeline })
    .catch(unlessRefused(NAMESPACE_EXISTS));
  if ((await viewIn(db))?.type === 'collection') await refuseViews(db);
}

/**
 * FerretDB accepts the command, but creates an empty collection, which would block the view on another
 * server.
 */
async function refuseViews(db: Db): Promise<never> {
  if ((await db.collection(STREAMS_VIEW).findOne()) === null) await db.dropCollection(STREAMS_VIEW);
  throw new SyncError(
    'MONGO_INCOMPATIBLE',
    'configuration',
    'the MongoDB-compatible server has no views, which a rule with attach needs: remove attach, or use another server',
  );
}

async function viewIn(db: Db): Promise<Document | undefined> {
  const [found] = await db.listCollections({ name: STREAMS_VIEW }).toArray();
  return found;
}

function pipelineOf(attached: readonly RuleSpec[]): Document[] {
  const names = attached.map((_, i) => `sets${i}`);
  const map = { input: { $concatArrays: names.map((name) => `$${name}`) }, as: 'set' };
  const metadata = { $arrayToObject: { $map: { ...map, in: { k: '$$set.k', v: '$$set.v' } } } };
  const shown = ['status', 'incarnation', 'activity', 'lag', 'counts', 'lastChangedAt', 'expiresAt'];
  return [
    { $match: { keyType: 'stream', type: 'main' } },
    ...attached.map((rule, i) => ({ $lookup: lookupOf(rule, names[i] ?? '') })),
    { $project: { ...Object.fromEntries(shown.map((name) => [name, 1])), metadata } },
  ];
}

/**
 * Looks up the sets that a rule attaches to a stream (see METADATA_TYPE). A large set shows only its size.
 */
function lookupOf({ pattern, collection, shape, fields }: RuleSpec, as: string): Document {
  const at = (name: string) => pathIn(shape !== undefined, name);
  const { names, source } = globPattern(pattern);
  const members = shape ? (fields?.rename?.members ?? 'members') : 'members';
  const set = valueCollectionsOf(METADATA_TYPE.names, { collection: collection ?? null });
  return {
    from: set.collection,
    as,
    let: { stream: '$_id' },
    pipeline: [
      {
        $match: {
          $expr: { $eq: [`$${at('stream')}`, '$$stream'] },
          [at('active')]: true,
          [at('type')]: { $ne: 'main' },
          ...(shape ? {} : { [OURS]: { $exists: false } }),
          [shape ? at('key') : '_id']:
            source === undefined ? { $in: [...names] } : { $regex: wholeText(source) },
        },
      },
      {
        $project: {
          k: `$${at('type')}`,
          v: {
            $cond: [{ $eq: [`$${at('form')}`, 'inline'] }, `$${members}`, { tooLarge: `$${at('size')}` }],
          },
        },
      },
      { $sort: { k: 1 } },
    ],
  };
}
