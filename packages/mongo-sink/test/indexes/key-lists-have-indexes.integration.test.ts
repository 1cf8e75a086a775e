import { KEY_CONDITIONS, type KeyCondition } from '@redis-to-mongo/pipeline';
import type { Document } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { LIST_INDEXES } from '../../src/indexes/list-indexes.js';
import { keyFilter, keyParts, ORDERS, SORT_FIELDS } from '../../src/keys/key-lists.js';
import { mongoForTests } from '../mongo-for-tests.js';

const mongo = mongoForTests();

function orderOf(condition: KeyCondition | undefined): Record<string, 1 | -1> {
  const sort = condition ? ORDERS[condition] : 'key';
  return sort === 'key' ? { _id: 1 } : { [SORT_FIELDS[sort]]: -1, _id: 1 };
}

const LISTS = [undefined, ...KEY_CONDITIONS].flatMap((condition) =>
  [undefined, 'set' as const].map((keyType) => ({ condition, keyType })),
);

/** What a list asks for: one filter, or several whose findings are merged. */
function filtersOf({ condition, keyType }: (typeof LISTS)[number]): readonly Document[] {
  const isByName = condition === undefined || ORDERS[condition] === 'key';
  return [keyFilter(keyType, condition), ...(isByName ? keyParts(keyType, condition) : [])];
}

test.each(LISTS.filter(({ condition, keyType }) => condition ?? keyType))(
  'an index has the list of %o in its order, and what it leaves out is not in the list',
  ({ condition, keyType }) => {
    const order = Object.entries(orderOf(condition));
    for (const filter of filtersOf({ condition, keyType })) {
      const serving = LIST_INDEXES.filter(({ key, partialFilterExpression = {} }) => {
        const fields = Object.entries(key);
        const before = fields.slice(0, -order.length).map(([field]) => field);
        return (
          JSON.stringify(fields.slice(-order.length)) === JSON.stringify(order) &&
          before.every((field) => field in filter) &&
          Object.entries(partialFilterExpression).every(
            ([field, value]) => JSON.stringify(filter[field]) === JSON.stringify(value),
          )
        );
      });
      expect(serving.length, JSON.stringify(filter)).toBeGreaterThan(0);
    }
  },
);

/** What a plan does, from the outermost stage in. */
function stagesOf(plan: Document): string[] {
  const inner: Document[] = [...(plan.inputStages ?? []), ...(plan.inputStage ? [plan.inputStage] : [])];
  return [String(plan.stage), ...inner.flatMap(stagesOf)];
}

/** The stand-in from PyPI sorts even by `_id`; there is nothing to see of MongoDB's plans there. */
async function plansAsMongod(): Promise<boolean> {
  const { queryPlanner } = await mongo.db.collection('keys').find({}).sort({ _id: 1 }).explain();
  return stagesOf(queryPlanner.winningPlan ?? {}).includes('IXSCAN');
}

describe('plans (needs mongod’s planner)', () => {
  test.for(LISTS)('of %o: no sort, no scan of all keys', async ({ condition, keyType }, { skip }) => {
    skip(!(await plansAsMongod()));
    for (const filter of filtersOf({ condition, keyType })) {
      const { queryPlanner } = await mongo.db
        .collection('keys')
        .find(filter)
        .sort(orderOf(condition))
        .limit(51)
        .explain();
      const stages = stagesOf(queryPlanner.winningPlan);
      expect(stages).toContain('IXSCAN');
      expect(stages).not.toContain('SORT');
      expect(stages).not.toContain('COLLSCAN');
    }
  });
});
