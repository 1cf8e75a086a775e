import { setTimeout as sleep } from 'node:timers/promises';
import { messageCollections, putMessages, readKey } from '@redis-to-mongo/mongo-sink';
import {
  type ChosenKeys,
  isOfOneKey,
  keysInMongo,
  keysInRedis,
  REREAD,
  restartKey,
  syncToEnd,
} from '@redis-to-mongo/operations';
import {
  forEachAtOnce,
  inParts,
  type KeyType,
  type Line,
  type RuleBook,
  type SliceLimits,
  storedText,
  withRetry,
} from '@redis-to-mongo/pipeline';
import { sameServer } from '@redis-to-mongo/redis-connection';
import { documentsByRule, typesOf } from '@redis-to-mongo/redis-source';
import { compareStream } from './compare-stream.js';
import { type Difference, isEqual } from './difference.js';
import { EqualTogether } from './equal-together.js';
import { OrphanKeys } from './orphan-keys.js';
import type { Sides } from './sides.js';
import { verifyKey } from './verify-key.js';

/** A key that differs. */
export type Finding = Difference & {
  readonly key: string;
  /** The key's type in Redis; `none` if it does not exist. */
  readonly type: string;
  /** Whether a repair has made both sides equal; absent if no repair was requested. */
  readonly repaired?: boolean;
};

/** The result of a verification. */
export interface Verification {
  /** Keys that were compared. */
  readonly keys: number;
  /** Keys that differ, sorted by name. */
  readonly findings: readonly Finding[];
  /**
   * Number of keys in Redis that can't be mirrored, and so were not compared, by the reason: the server's name of their
   * type, a name that is too long, a missing permission.
   */
  readonly leftOut: Readonly<Record<string, number>>;
}

/** Which keys are compared, by which rules, and whether they are repaired. */
export interface VerifyOptions extends ChosenKeys {
  /** The types that are mirrored; keys of other types are left out. */
  readonly types: readonly KeyType[];
  readonly rules: RuleBook;
  /** How long a key that differs may take to become equal, in ms: the fleet may be about to sync it. */
  readonly settleMs: number;
  readonly progress?: VerifyProgress | undefined;
  /** Opens the tools of a repair. If given, keys that differ are repaired; see repairKey. */
  readonly repairWith?: (() => Promise<RepairTools>) | undefined;
}

/** The tools of a repair. */
export interface RepairTools {
  readonly line: Line;
  readonly slice: SliceLimits;
  /** Requests a job for a key from the fleet, if one is running. */
  readonly request: (key: string) => Promise<unknown>;
}

/** Called with the progress of a verification. */
export interface VerifyProgress {
  /** A pass over this many keys begins. */
  begin(keys: number): void;
  /** A key is done. `finding.compared` is the number of compared entries, members, fields, items or bytes. */
  key(finding: Finding, isEqual: boolean): void;
  /** The pass has ended. */
  end(): void;
}

/** Keys that are compared together first, and such groups in progress: one is read while another is compared. */
const TOGETHER = 250;
const GROUPS_AT_ONCE = 2;
/** Keys of a group that are compared alone, at the same time. */
const AT_ONCE = 4;
/** Time between two comparisons of the keys that differ. */
const SETTLE_STEP_MS = 500;

/**
 * Compares both sides, key by key: all keys that exist on either side. A key that differs is compared again
 * until both sides are equal, or `settleMs` have passed.
 * @throws SyncError of class transient or configuration: the problem is a server, not a key.
 */
export async function verifyMirror(sides: Sides, options: VerifyOptions): Promise<Verification> {
  const { settleMs, repairWith, progress, rules } = options;
  const orphaned = await OrphanKeys.in(sides.db, rules);
  await orphaned.find(options, options.types);
  const { selected, leftOut } = await namesOf(sides, options);
  const names = new Set([...selected, ...orphaned.keys]);
  const together = new EqualTogether(sides, options.types, rules);
  const compare = async (keys: ReadonlySet<string>) =>
    await compareAll(keys, progress, {
      together: async (some) => {
        const ofKeys = some.filter((key) => !orphaned.keys.has(key));
        return await bySameServer(sides, () => together.among(ofKeys));
      },
      alone: async (key) => {
        const found = await bySameServer(sides, () => compareKey(sides, options, key));
        return withProblems(found, await orphaned.problemsOf(key));
      },
    });
  let differing = await compare(names);
  const again = async () => await compare(new Set(differing.map(({ key }) => key)));
  for (const until = performance.now() + settleMs; differing.length > 0 && performance.now() < until; ) {
    await sleep(Math.min(SETTLE_STEP_MS, settleMs));
    differing = await again();
  }
  if (!repairWith || differing.length === 0) return { keys: names.size, findings: differing, leftOut };
  const { line, slice, request } = await repairWith();
  for (const { key } of differing) {
    await repairKey(sides, line, slice, key, request).catch(unlessOfTheKey);
    await orphaned.repair(line, key).catch(unlessOfTheKey);
  }
  const still = new Set((await again()).map(({ key }) => key));
  return {
    keys: names.size,
    leftOut,
    findings: differing.map((each) => ({ ...each, repaired: !still.has(each.key) })),
  };
}

/**
 * A key that cannot be repaired still differs, and is reported.
 * @throws errors that are not about the key itself.
 */
function unlessOfTheKey(error: unknown): void {
  if (!isOfOneKey(error)) throw error;
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
  { types, ...chosen }: ChosenKeys & Pick<VerifyOptions, 'types'>,
): Promise<{ readonly selected: ReadonlySet<string>; readonly leftOut: Verification['leftOut'] }> {
  const here = await keysInRedis(redis, chosen);
  const isMirrored = (type: unknown) => types.some((each) => each === type);
  const mirrored = [...here].filter(([, type]) => isMirrored(type)).map(([key]) => key);
  // A key that MongoDB has may have another type in Redis now, or be deleted.
  const known = await keysInMongo(db, chosen, isMirrored);
  const selected = new Set([...mirrored, ...known]);
  const leftOut: Record<string, number> = {};
  for (const [key, type] of here)
    if (typeof type === 'object' && !selected.has(key))
      leftOut[type.unknown] = (leftOut[type.unknown] ?? 0) + 1;
  return { selected, leftOut };
}

/** Repeats a comparison if the source was demoted meanwhile: it may lack changes that the new primary has. */
async function bySameServer<T>({ redis }: Sides, compare: () => Promise<T>): Promise<T> {
  return await withRetry(async () => {
    const confirm = sameServer(redis);
    const found = await compare();
    await confirm();
    return found;
  }, REREAD);
}

async function compareKey(
  { redis, db }: Sides,
  { rules, types }: Pick<VerifyOptions, 'rules' | 'types'>,
  key: string,
): Promise<Finding> {
  const [type] = await typesOf(redis, [key]);
  const word = type === undefined ? 'none' : typeof type === 'string' ? type : type.unknown;
  const known = type === undefined ? type : (types.find((each) => each === type) ?? { unknown: word });
  return { key, type: word, ...(await verifyKey({ redis, db }, key, known, rules)) };
}

interface Comparing {
  /** Finds the keys that are certainly equal. */
  together(keys: readonly string[]): Promise<readonly Finding[]>;
  alone(key: string): Promise<Finding>;
}

async function compareAll(
  keys: ReadonlySet<string>,
  progress: VerifyProgress | undefined,
  { together, alone }: Comparing,
): Promise<Finding[]> {
  const differing: Finding[] = [];
  const end = (finding: Finding) => {
    progress?.key(finding, isEqual(finding));
    if (!isEqual(finding)) differing.push(finding);
  };
  progress?.begin(keys.size);
  try {
    await forEachAtOnce(inParts([...keys], TOGETHER), GROUPS_AT_ONCE, async (group) => {
      const equal = new Map((await together(group)).map((found) => [found.key, found]));
      for (const found of equal.values()) end(found);
      const left = group.filter((key) => !equal.has(key));
      await forEachAtOnce(left, AT_ONCE, async (key) => end(await alone(key)));
    });
  } finally {
    progress?.end();
  }
  return differing.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * Repairs a key that differs. First syncs it to its end. Then writes stream entries again that are still
 * missing or different (removed or changed in MongoDB); a value begins its next incarnation. A paused key is
 * left alone: its value would be empty until the key is resumed.
 * @param request requests a job for the key from the fleet, so that the value is read even if this process
 * ends early.
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
        // A sync recognizes a stream that was created again before these entries were read. They are not of this
        // incarnation then, and that sync has stored them.
        await syncToEnd(line, key, slice, () => {});
        const now = await readKey(db, key);
        if (now?.status !== 'active' || now.incarnation !== state.incarnation) return;
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
