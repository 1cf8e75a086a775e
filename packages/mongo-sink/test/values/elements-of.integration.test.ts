import type { Document } from 'mongodb';
import { expect, it } from 'vitest';
import {
  type ElementDocument,
  elementsOf,
  isElementOf,
  noManifest,
} from '../../src/values/value-manifest.js';
import { mongoForTests } from '../mongo-for-tests.js';

const GENERATIONS = [1, 2, 3, 4, 5];

/** Of two keys, elements of each beginning and each end. */
const ELEMENTS = ['ours', 'another'].flatMap((key) =>
  GENERATIONS.flatMap((since) =>
    [null, ...GENERATIONS].map((until) => ({ _id: `${key}:${since}:${until}`, key, since, until })),
  ),
);

const mongo = mongoForTests(async (db) => {
  await db.collection<{ _id: string } & Document>('plain').insertMany(ELEMENTS);
  await db
    .collection<{ _id: string } & Document>('shaped')
    .insertMany(ELEMENTS.map(({ _id, ...fields }) => ({ _id, _redis: fields })));
});

it.each([
  ['plain', false],
  ['shaped', true],
])('the filter of elements and the test of one that was read agree (%s)', async (collection, isShaped) => {
  let members = 0;
  for (const generation of [0, ...GENERATIONS])
    for (const aborted of [[], [2], [2, 4], [5], [1, 2, 3, 4, 5]]) {
      const manifest = { ...noManifest('ours', isShaped), generation, aborted };
      const found = await mongo.db
        .collection<ElementDocument>(collection)
        .find(elementsOf(manifest))
        .toArray();
      const expected = ELEMENTS.filter((element) => element.key === 'ours' && isElementOf(manifest, element));
      members += found.length;
      expect(found.map(({ _id }) => _id).toSorted(), `${generation}, aborted ${aborted}`).toEqual(
        expected.map(({ _id }) => _id).toSorted(),
      );
    }
  expect(members).toBeGreaterThan(0);
});
