import { setTimeout as sleep } from 'node:timers/promises';
import { messageCollections, putMessages, readKey } from '@redis-to-mongo/mongo-sink';
import { keysInMongo, keysInRedis, REREAD, restartKey, syncToEnd } from '@redis-to-mongo/operations';
import {
  forEachAtOnce,
  type KeyType,
  type Line,
  type RuleBook,
  type SliceLimits,
  SyncError,
  storedText,
  withRetry,
} from '@redis-to-mongo/pipeline';
import { sameServer } from '@redis-to-mongo/redis-connection';
import { documentsByRule, typesOf } from '@redis-to-mongo/redis-source';
import { compareStream } from './compare-stream.js';
import { type Difference, isEqual } from './difference.js';
import { OrphanKeys } from './orphan-keys.js';
import type { Sides } from './sides.js';
import { verifyKey } from './verify-key.js';

/** A key that differs. */
export type Finding = Difference & {
  readonly key: string;
  /** What it is in Redis; `none` where it is not there. */
  readonly type: string;
  /** Whether a repair has made it equal; absent where none was asked for. */
  readonly repaired?: boolean;
};

/** The result of a verification. */
export interface Verification {
  /** Keys that were compared. */
  readonly keys: number;
  /** Those that differ, by name. */
  readonly findings: readonly Finding[];
}

/** Which keys are compared, by which rules, and whether they are repaired. */
export interface VerifyOptions {
  readonly wanted: (key: string) => boolean;
  /** The types that are mirrored; keys of other types are left out. */
  readonly types: readonly KeyType[];
  readonly rules: RuleBook;
  /** How long a key that differs may take to become equal, in ms: the fleet may be about to sync it. */
  readonly settleMs: number;
  readonly progress?: VerifyProgress | undefined;
  /** Opens what a repair syncs by. Given, keys that differ are repaired; see repairKey. */
  readonly repairWith?: (() => Promise<RepairTools>) | undefined;
}

/** What a repair syncs by. */
export interface RepairTools {
  readonly line: Line;
  readonly slice: SliceLimits;
  /** Asks the fleet, if there is one, for a job of a key. */
  readonly request: (key: string) => Promise<unknown>;
}

/** Called with the progress of a verification. */
export interface VerifyProgress {
  /** A pass over this many keys begins. */
  begin(keys: number): void;
  /** A key is done; `compared` of it are this many entries, members, fields, items or bytes. */
  key(finding: Finding, isEqual: boolean): void;
  /** The pass has ended. */
  end(): void;
}

/** Keys compared at once. */
const AT_ONCE = 8;
/** Between two comparisons of the keys that differ. */
const SETTLE_STEP_MS = 500;

/**
 * Compares both sides, key by key: all keys that either of them has. A key that differs is compared again until it is
 * equal or `settleMs` have passed.
 * @throws SyncError of class transient or configuration: nothing is wrong with a key, but with a server.
 */
export async function verifyMirror(sides: Sides, options: VerifyOptions): Promise<Verification> {
  const { settleMs, repairWith, progress, rules } = options;
  const orphaned = new OrphanKeys(sides.db, rules);
  await orphaned.find(options.wanted, options.types);
  const names = new Set([...(await namesOf(sides, options)), ...orphaned.keys]);
  const compare = async (keys: ReadonlySet<string>) =>
    await compareAll(keys, progress, async (key) => {
      const found = await compareKey(sides, options, key);
      return withProblems(found, await orphaned.problemsOf(key));
    });
  let differing = await compare(names);
  const again = async () => await compare(new Set(differing.map(({ key }) => key)));
  for (const until = performance.now() + settleMs; differing.length > 0 && performance.now() < until; ) {
    await sleep(Math.min(SETTLE_STEP_MS, settleMs));
    differing = await again();
  }
  if (!repairWith || differing.length === 0) return { keys: names.size, findings: differing };
  const { line, slice, request } = await repairWith();
  for (const { key } of differing) {
    await repairKey(sides, line, slice, key, request).catch(unlessOfTheKey);
    await orphaned.repair(line, key).catch(unlessOfTheKey);
  }
  const still = new Set((await again()).map(({ key }) => key));
  return {
    keys: names.size,
    findings: differing.map((each) => ({ ...each, repaired: !still.has(each.key) })),
  };
}

/** A key that can't be repaired still differs, and is reported. @throws what is not wrong with the key itself. */
function unlessOfTheKey(error: unknown): void {
  if (error instanceof SyncError && /unknown|overtaken/.test(error.errorClass)) return;
  throw error;
}

function withProblems(found: Finding, problems: readonly string[]): Finding {
  if (problems.length === 0) return found;
  return {
    ...found,
    different: found.different + problems.length,
    problems: [...found.problems, ...problems],
  };
}

async function namesOf(
  { redis, db }: Sides,
  { wanted, types }: Pick<VerifyOptions, 'wanted' | 'types'>,
): Promise<ReadonlySet<string>> {
  const here = await keysInRedis(redis, wanted);
  const isMirrored = (type: unknown) => types.some((each) => each === type);
  const mirrored = [...here].filter(([, type]) => isMirrored(type)).map(([key]) => key);
  // One that was of a type that is mirrored may be of another one by now, or gone.
  const known = await keysInMongo(db, (key, type) => wanted(key) && isMirrored(type));
  return new Set([...mirrored, ...known]);
}

/** What a demoted source answered does not count: it may hold what MongoDB has, and lack what the new primary has got since. */
async function compareKey(
  { redis, db }: Sides,
  { rules, types }: Pick<VerifyOptions, 'rules' | 'types'>,
  key: string,
): Promise<Finding> {
  return await withRetry(async () => {
    const confirm = sameServer(redis);
    const [type] = await typesOf(redis, [key]);
    const word = type === undefined ? 'none' : typeof type === 'string' ? type : type.unknown;
    const known = type === undefined ? type : (types.find((each) => each === type) ?? { unknown: word });
    const found = { key, type: word, ...(await verifyKey({ redis, db }, key, known, rules)) };
    await confirm();
    return found;
  }, REREAD);
}

async function compareAll(
  keys: ReadonlySet<string>,
  progress: VerifyProgress | undefined,
  compare: (key: string) => Promise<Finding>,
): Promise<Finding[]> {
  const found: Finding[] = [];
  progress?.begin(keys.size);
  try {
    await forEachAtOnce(keys, AT_ONCE, async (key) => {
      const finding = await compare(key);
      progress?.key(finding, isEqual(finding));
      if (!isEqual(finding)) found.push(finding);
    });
  } finally {
    progress?.end();
  }
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * Mends a key that differs: it is synced to its end; then entries of a stream that are still missing or different, taken
 * out of MongoDB or changed there, are put in their places, and a value begins its next incarnation. A paused key is let rest:
 * its value would be empty until it is resumed.
 * @param request asks the fleet for a job of the key: should this process end before the value is there again, it is read all the same.
 */
async function repairKey(
  { redis, db }: Sides,
  line: Line,
  slice: SliceLimits,
  key: string,
  request: (key: string) => Promise<unknown>,
): Promise<void> {
  await syncToEnd(line, key, slice, () => {});
  const confirm = sameServer(redis);
  const state = await readKey(db, key);
  if (state?.status !== 'active' || state.pausedAt) return;
  const rule = line.rules?.ruleFor(key, state.keyType);
  if (state.keyType === 'stream') {
    await compareStream(redis, db, state, {
      ttlMs: rule?.ttlMs,
      onWrong: async (entries) => {
        await confirm();
        const read = entries.map(({ entryId, flat }) => [entryId, flat.map(storedText)] as const);
        await putMessages(db, state, documentsByRule(state, state.incarnation, read, rule));
      },
    });
    for (const collection of messageCollections(state, line.rules?.rules ?? []))
      await line.sink.leave({ ...state, collection, position: null });
  } else {
    await restartKey(line, db, key, request);
    await syncToEnd(line, key, slice, () => {});
  }
}
