import { ALLOW_NONE } from '../allow-none.js';
import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const resync: Declare = (program, runs) =>
  command(program, 'resync', {
    summary: 'starts the next incarnation of a key: reads all of it again',
    description:
      'Starts the key’s next incarnation: the fleet reads it again from the start. A stream’s messages of earlier incarnations stay, so each ' +
      'entry that Redis still has is stored once per incarnation. A value is empty until it is read again. ' +
      'With a pattern, this process migrates in place the keys whose documents do not match their current rule: within the ' +
      'current incarnation, and no document is missing at any moment. --in-place does the same for one key. Fields that ' +
      'a rule left out of messages do not come back: MongoDB does not have them. To restore what ' +
      'is missing without a new incarnation, use verify --repair. The fleet reads the key; with --here, this process does. ' +
      'Exit code 1 if MongoDB does not have the key, without --allow-none.',
    examples: [
      ['resync orders --yes', 'the fleet reads orders from the start'],
      ['resync orders --yes --here', 'the same without a fleet'],
      ["resync 'user:*' --yes", 'migrate the documents of users to the current rules'],
    ],
  })
    .argument('<KEY>', 'a key, or a pattern of keys to migrate')
    .option('--yes', 'confirm')
    .option('--in-place', 'migrate one key, as with a pattern')
    .addOption(ALLOW_NONE)
    .option('--here', 'sync it in this process, and wait until it is done')
    .action(runs(async () => (await import('../actions/resync.js')).resync));
