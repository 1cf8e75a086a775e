import {
  allLetters,
  countLetters,
  dropDeadLetter,
  letterKinds,
  readLetterPage,
  replayDeadLetter,
  showDeadLetter,
} from '@redis-to-mongo/mongo-sink';
import { requestKeys } from '@redis-to-mongo/operations';
import type { LetterSources } from './letter-list.js';

/** The dead letters of a database. @param queue where the keys of replayed values are requested. */
export function lettersOf(
  db: Parameters<typeof letterKinds>[0],
  queue: Parameters<typeof requestKeys>[0],
): LetterSources {
  const openRequests = async () => {
    await queue.ping();
    return async (key: string) => await requestKeys(queue, [key]);
  };
  return {
    readPage: (filter, page) => readLetterPage(db, filter, page),
    count: (filter, most) => countLetters(db, filter, most),
    kinds: () => letterKinds(db),
    all: (filter) => allLetters(db, filter),
    show: (id) => showDeadLetter(db, id),
    replay: (id) => replayDeadLetter(db, id, openRequests),
    drop: (id) => dropDeadLetter(db, id),
  };
}
