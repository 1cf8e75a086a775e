import type { Config } from '@redis-to-mongo/config';
import { isKeyType, ruleBook } from '@redis-to-mongo/key-types';
import { activeKeys, collectionOf, inspectIndexes } from '@redis-to-mongo/mongo-sink';
import { type SampleDocument, sampleDocument, sourceOptions } from '@redis-to-mongo/operations';
import { globPattern, isInPlace, type KeyType, shownKey } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
import { colored, counted, grouped } from '@redis-to-mongo/terminal';
import type { Database } from '../clients.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { chooseKeys } from '../open-line.js';
import type { Output } from '../output.js';
import { type KeySurvey, type RuleCount, surveyKeys, type TypeCount } from '../survey-keys.js';

interface Target extends TypeCount {
  readonly collection: string;
  readonly sample: SampleDocument | null;
}

export async function plan(
  { out, clients }: Call,
  { samples }: { readonly samples?: boolean | undefined },
): Promise<Ending> {
  const config = await clients.config();
  const { keys, rules } = config;
  const redis = await clients.redis();
  const db = await clients.db();
  const [survey, { missing: indexes, problems: indexProblems }, { toMove, oldShapes: old }] =
    await Promise.all([surveyKeys(redis, config), inspectIndexes(db, rules), surveyDocuments(db, config)]);
  const book = ruleBook(rules);
  const source = redisSource(redis, keys.types, { ...sourceOptions(config), rules: book });
  const sampleOf = async (key: string, keyType: KeyType) =>
    (samples ? await sampleDocument(source, keys.separator, key, keyType, book) : undefined) ?? null;
  const targets: Target[] = [];
  for (const each of survey.types) {
    const keyType = each.isMirrored && isKeyType(each.type) ? each.type : undefined;
    const collection = keyType ? collectionOf({ keyType, collection: each.ruleCollection }) : '';
    targets.push({ ...each, collection, sample: keyType ? await sampleOf(each.example, keyType) : null });
  }
  const planned: PlannedRule[] = [];
  for (const each of survey.rules) {
    const { example } = each;
    planned.push({ ...each, sample: example && (await sampleOf(example.key, example.type)) });
  }
  if (out.isJson)
    out.json({
      patterns: survey.patterns,
      rules: planned,
      targets,
      toMove,
      oldShapes: old,
      indexes,
      indexProblems,
    });
  else {
    print(out, { ...survey, rules: planned }, targets, toMove, old, indexes);
    for (const { problem, remedy } of indexProblems) out.note(`${problem}: ${remedy}`);
  }
  return 'ok';
}

interface PlannedRule extends RuleCount {
  readonly sample: SampleDocument | null;
}

function print(
  out: Output,
  survey: Omit<KeySurvey, 'rules'> & { readonly rules: readonly PlannedRule[] },
  targets: readonly Target[],
  toMove: readonly KeysToMove[],
  old: readonly OldShape[],
  indexes: readonly string[],
): void {
  out.table(
    ['OPTION', 'PATTERN', '>KEYS'],
    survey.patterns.map(({ option, pattern, keys }) => [
      option,
      pattern,
      keys === 0 ? colored('none', 'yellow') : keys,
    ]),
  );
  if (survey.rules.length > 0) {
    out.line();
    out.table(
      ['RULE', 'PATTERN', '>KEYS', '>TAKEN BEFORE'],
      survey.rules.map(({ number, pattern, keys, taken }) => [
        `rule ${number}`,
        pattern,
        keys === 0 ? colored('none', 'yellow') : keys,
        taken,
      ]),
    );
  }
  if (targets.length > 0) out.line();
  out.table(
    ['TYPE', '>KEYS', 'GOES TO', 'FOR EXAMPLE'],
    targets.map(({ type, keys, isMirrored, collection, example }) => [
      type,
      keys,
      isMirrored ? collection : colored('not mirrored', 'yellow'),
      shownKey(example),
    ]),
  );
  for (const { keys, from, to } of toMove)
    out.line(
      `\n${keys === 1 ? '1 known key stays' : `${grouped(keys)} known keys stay`} in ${from} until resynced; the rule now names ${to}`,
    );
  for (const each of old) out.line(`\n${oldShapeInWords(each)}`);
  out.heading(indexes.length === 0 ? 'All indexes exist' : 'Indexes to create');
  for (const index of indexes) out.line(`  ${index}`);
  const ofRules = new Set(
    survey.rules.flatMap(({ sample, example }) => (sample && example ? [example.key] : [])),
  );
  for (const { type, sample, example } of targets) {
    if (!sample || ofRules.has(example)) continue;
    out.heading(`A ${type}, in ${sample.collection}`);
    out.json(sample.document);
  }
  for (const { number, pattern, sample } of survey.rules) {
    if (!sample) continue;
    out.heading(`By rule ${number} (${pattern}), in ${sample.collection}`);
    out.json(sample.document);
  }
}

/** Keys whose current documents are in one collection, while their next incarnation goes to another, because the rules changed. */
interface KeysToMove {
  readonly from: string;
  readonly to: string;
  readonly keys: number;
}

/** Keys whose documents do not match their current rule: an old shape, another `_id` or another collection. */
interface OldShape {
  /** The rule's number; null if no rule applies any longer. */
  readonly rule: number | null;
  /** The pattern for the command that migrates them. */
  readonly pattern: string;
  readonly keys: number;
  /** The number of documents: one for each value, and all messages of streams. */
  readonly documents: number;
}

function oldShapeInWords({ rule, pattern, keys, documents }: OldShape): string {
  const [are, they, them] = documents === 1 ? ['is', 'it', 'it'] : ['are', 'they', 'them'];
  const asNow =
    rule === null
      ? `${they} would be written without a rule`
      : `rule ${rule} (${pattern}) would write ${them} now`;
  // Without --in-place, the name of one key begins its next incarnation.
  const option = globPattern(pattern).source === undefined ? ' --in-place' : '';
  return (
    `${counted(documents, 'document')} of ${counted(keys, 'key')} ${are} not as ${asNow}: ` +
    `redis-to-mongo resync '${pattern}'${option} --yes migrates ${them} in place`
  );
}

/** Keys in MongoDB that the current rules would store differently. Reads all active keys once. @throws SyncError as mongoError. */
async function surveyDocuments(db: Database, config: Config) {
  const book = ruleBook(config.rules);
  const { wanted } = chooseKeys(config);
  const toMove = new Map<string, KeysToMove>();
  const oldShapes = new Map<number, OldShape>();
  for await (const each of activeKeys(db)) {
    const { key, keyType, collection } = each;
    if (!wanted(key)) continue;
    const next = book.collectionFor(key, keyType);
    if (next !== collection) {
      const from = collectionOf({ keyType, collection });
      const to = collectionOf({ keyType, collection: next });
      const id = JSON.stringify([from, to]);
      toMove.set(id, { from, to, keys: (toMove.get(id)?.keys ?? 0) + 1 });
    }
    if (!isInPlace(each, book.placeFor(key, keyType))) {
      const rule = book.ruleFor(key, keyType);
      const known = oldShapes.get(rule?.number ?? 0);
      oldShapes.set(rule?.number ?? 0, {
        rule: rule?.number ?? null,
        pattern: rule?.pattern ?? '*',
        keys: (known?.keys ?? 0) + 1,
        documents: (known?.documents ?? 0) + (keyType === 'stream' ? each.written : 1),
      });
    }
  }
  return {
    toMove: [...toMove.values()],
    oldShapes: [...oldShapes.values()].sort((a, b) => (a.rule ?? 0) - (b.rule ?? 0)),
  };
}
