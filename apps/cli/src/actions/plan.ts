import { isKeyType, ruleBook } from '@redis-to-mongo/key-types';
import { collectionOf, inspectIndexes } from '@redis-to-mongo/mongo-sink';
import { type SampleDocument, sampleDocument, sourceOptions } from '@redis-to-mongo/operations';
import { shownKey } from '@redis-to-mongo/pipeline';
import { redisSource } from '@redis-to-mongo/redis-source';
import { colored, counted, grouped } from '@redis-to-mongo/terminal';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import type { Output } from '../output.js';
import { type KeysToMove, type OldShape, surveyDocuments } from '../survey-documents.js';
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
  const targets: Target[] = [];
  for (const each of survey.types) {
    const keyType = each.isMirrored && isKeyType(each.type) ? each.type : undefined;
    const sample =
      keyType && samples
        ? await sampleDocument(source, keys.separator, each.example, keyType, book)
        : undefined;
    const collection = keyType ? collectionOf({ keyType, collection: each.ruleCollection }) : '';
    targets.push({ ...each, collection, sample: sample ?? null });
  }
  const planned: PlannedRule[] = [];
  for (const each of survey.rules) {
    const { example } = each;
    const sample =
      example && samples
        ? await sampleDocument(source, keys.separator, example.key, example.type, book)
        : undefined;
    planned.push({ ...each, sample: sample ?? null });
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
  for (const { rule, pattern, keys, documents } of old)
    out.line(
      `\n${counted(documents, 'document')} of ${counted(keys, 'key')} ${documents === 1 ? 'is' : 'are'} not as ${rule === null ? 'they would be written without a rule' : `rule ${rule} (${pattern}) would write them now`}: redis-to-mongo resync '${pattern}' --yes migrates them in place`,
    );
  out.heading(indexes.length === 0 ? 'All indexes exist' : 'Indexes to create');
  for (const index of indexes) out.line(`  ${index}`);
  for (const { type, sample } of targets) {
    if (!sample) continue;
    out.heading(`A ${type}, in ${sample.collection}`);
    out.json(sample.document);
  }
  for (const { number, pattern, sample } of survey.rules) {
    if (!sample) continue;
    out.heading(`By rule ${number} (${pattern}), in ${sample.collection}`);
    out.json(sample.document);
  }
}
