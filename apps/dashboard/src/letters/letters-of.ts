import {
  allLetters,
  countLetters,
  dropDeadLetter,
  letterKinds,
  readLetterPage,
  replayDeadLetter,
  showDeadLetter,
} from '@redis-to-mongo/mongo-sink';
import type { LetterSources } from './letter-list.js';

/** The dead letters of a database. */
export function lettersOf(db: Parameters<typeof letterKinds>[0]): LetterSources {
  return {
    readPage: (filter, page) => readLetterPage(db, filter, page),
    count: (filter, most) => countLetters(db, filter, most),
    kinds: () => letterKinds(db),
    all: (filter) => allLetters(db, filter),
    show: (id) => showDeadLetter(db, id),
    replay: (id) => replayDeadLetter(db, id),
    drop: (id) => dropDeadLetter(db, id),
  };
}
