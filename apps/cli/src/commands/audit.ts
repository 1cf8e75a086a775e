import { Option } from '@commander-js/extra-typings';
import { AUDIT_ACTIONS } from '@redis-to-mongo/pipeline';
import type { Declare } from '../command.js';
import { command, wholeNumber } from '../declaring.js';

export const audit: Declare = (program, runs) =>
  command(program, 'audit', {
    summary: 'lists actions of operators, on the dashboard and by commands',
    description:
      'Lists actions of operators, on the dashboard and by commands, newest first: time, user, address, key, ' +
      'filter and result. Entries are kept for AUDIT_KEEP_DAYS.',
    examples: [
      ['audit orders', 'actions on the key orders'],
      ['audit orders: --begins --action resync --json', 'all resyncs of keys whose names begin with orders:'],
    ],
  })
    .argument('[KEY]')
    .option('--begins', 'treat KEY as a prefix of key names')
    .addOption(new Option('--action <A>', 'show only this action').choices(AUDIT_ACTIONS))
    .option('--limit <N>', 'show at most N', wholeNumber(1, 1_000_000), 50)
    .action(runs(async () => (await import('../actions/audit.js')).audit));
