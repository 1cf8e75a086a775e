import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const adopt: Declare = (program, runs) =>
  command(program, 'adopt', {
    summary: 'takes over the data of the previous engine in MongoDB; --write does it',
    description:
      'Takes over the data of the previous engine in MongoDB (collections such as stream_YEAR_week_N and stream_acc). ' +
      'Streams continue after the last entry that it read, and its messages become messages of the same streams. Its values are ' +
      'kept until the fleet reads the keys. Messages that it stored without an entry id get entryId null. ' +
      'Without --write, it only counts. Stop the old engine and the fleet first. You can interrupt the command ' +
      'and run it again. It does not change the old collections, nor keys that the fleet already mirrors. (After a move of ' +
      'this fleet’s own servers, use fleet move.) Exit code 1 if there is nothing to take over.',
    examples: [
      ['adopt', 'count what would be taken over'],
      ['adopt --from-db mirror --write', 'take over the data of another database'],
    ],
  })
    .option('--from-db <NAME>', 'the database of the old collections (default: MONGO_DB_NAME)')
    .option('--write', 'do it')
    .action(runs(async () => (await import('../actions/adopt.js')).adopt));
