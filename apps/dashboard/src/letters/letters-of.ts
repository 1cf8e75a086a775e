import {
  allLetters,
  countLetters,
  type DeadLetter,
  dropDeadLetter,
  type LetterFilter,
  letterKinds,
  readLetterPage,
  replayDeadLetter,
  showDeadLetter,
} from '@redis-to-mongo/mongo-sink';
import { openRequests } from '@redis-to-mongo/operations';

/** Where dead letters are read and changed. */
export type LetterSources = ReturnType<typeof lettersOf>;

interface ShownLetter {
  readonly letter: DeadLetter;
  readonly record: object;
}

/** The dead letters of a database. @param queue where the keys of replayed values are requested. */
export function lettersOf(db: Parameters<typeof letterKinds>[0], queue: Parameters<typeof openRequests>[0]) {
  return {
    readPage: (filter: LetterFilter, page: Parameters<typeof readLetterPage>[2]) =>
      readLetterPage(db, filter, page),
    count: (filter: LetterFilter, most: number) => countLetters(db, filter, most),
    kinds: () => letterKinds(db),
    all: (filter: LetterFilter) => allLetters(db, filter),
    show: async (id: string): Promise<ShownLetter | undefined> => await showDeadLetter(db, id),
    replay: (id: string) => replayDeadLetter(db, id, () => openRequests(queue)),
    drop: (id: string) => dropDeadLetter(db, id),
  };
}
