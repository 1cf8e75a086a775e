import { Argument, Option } from '@commander-js/extra-typings';
import { AUDIT_ACTIONS } from '@redis-to-mongo/pipeline';
import type { Declare } from '../command.js';
import { command, databaseName, wholeNumber } from '../declaring.js';

const doctor: Declare = (program, runs) =>
  command(program, 'doctor', {
    summary: 'checks servers, privileges, settings and patterns, and suggests remedies',
    description:
      'Checks configuration, connections, versions, privileges, server settings, clocks, indexes, ' +
      'patterns that match no key, and whether the mirror is complete. Each finding comes with a remedy. It writes ' +
      'only a test mark to the queue’s Redis and to MongoDB. Exit code 1 if there is a problem; advice alone is ' +
      'none.',
    examples: [
      ['doctor', 'check everything'],
      ['doctor --json', 'the findings as JSON'],
    ],
  }).action(runs(async () => (await import('../actions/doctor.js')).doctor));

const RANGES = ['hour', 'day', 'week'] as const;

const history: Declare = (program, runs) =>
  command(program, 'history', {
    summary: 'shows the history of the fleet or of a key: an hour, a day, a week',
    description:
      'Shows the history of the fleet: one sample a minute, kept for HISTORY_KEEP_DAYS, newest last. If several samples share a line, the ' +
      'worst is shown. With KEY, the history of that key. Only keys that are far behind have one, and keys whose page was opened ' +
      'within the last week. Exit code 1 if MongoDB does not know of the key.',
    examples: [
      ['history', 'the last hour'],
      ['history --range week --json', 'the last week, as JSON'],
      ['history orders --range day', 'one key over the last day'],
    ],
  })
    .argument('[KEY]')
    .addOption(new Option('--range <R>', 'the period to show').choices(RANGES).default('hour' as const))
    .option('--limit <N>', 'show at most N lines, the newest', wholeNumber(1, 1_000_000), 60)
    .action(runs(async () => (await import('../actions/history.js')).history));

const audit: Declare = (program, runs) =>
  command(program, 'audit', {
    summary: 'lists actions of operators, on the dashboard and by commands',
    description:
      'Lists actions of operators, on the dashboard and by commands, newest first: time, user, address, key, ' +
      'filter and result. Entries are kept for AUDIT_KEEP_DAYS. Exit code 1 if MongoDB does not know of KEY and has no action on it.',
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

const fleet: Declare = (program, runs) => {
  const fleetCommand = command(program, 'fleet', {
    summary: 'shows which source and target the queue belongs to; move changes them',
    description:
      'Queue and target store which source is mirrored to which database by which queue. A scheduler or worker with ' +
      'other settings refuses to start. This command shows whether this configuration matches. Exit code 1 if it does not.',
    examples: [
      ['fleet', 'check that this configuration matches the queue and the database'],
      ['fleet move', 'make queue and target match this configuration'],
    ],
  }).action(runs(async () => (await import('../actions/fleet.js')).compareFleet));
  fleetCommand
    .command('move')
    .summary('assigns queue and target to this configuration')
    .description(
      'Assigns queue and target to this configuration. Use it after you moved the source or the database to another name, ' +
        'if the fleet cannot detect that it is the same one. Stop the fleet first, and start it afterward.',
    )
    .action(runs(async () => (await import('../actions/fleet.js')).moveFleet));
};

const adopt: Declare = (program, runs) =>
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
    .option('--from-db <NAME>', 'the database of the old collections (default: MONGO_DB_NAME)', databaseName)
    .option('--write', 'do it')
    .action(runs(async () => (await import('../actions/adopt.js')).adopt));

const config: Declare = (program, runs) =>
  command(program, 'config', {
    summary: 'shows the effective configuration, and the source of each value',
    description:
      'Shows the value of every option, and its source: environment, config.json or default. ' +
      'Secrets are masked. It connects to no server. Exit code 2 if the configuration is invalid.',
    examples: [
      ['config --set', 'options that are set'],
      ['config --json', 'with a description of each option'],
    ],
  })
    .option('--set', 'show only options that are set, not the defaults')
    .action(runs(async () => (await import('../actions/config.js')).config));

const completion: Declare = (program, runs) =>
  command(program, 'completion', {
    summary: 'prints shell completion for bash or zsh',
    description: 'Prints a shell completion script with all commands, options and values.',
    examples: [
      ['completion bash > ~/.local/share/bash-completion/completions/redis-to-mongo', 'install for bash'],
      ['completion zsh > "$' + '{fpath[1]}/_redis-to-mongo"', 'install for zsh'],
    ],
  })
    .addArgument(new Argument('<SHELL>').choices(['bash', 'zsh']))
    .action(runs(async () => (await import('../actions/completion.js')).completion));

/** Commands for operators: checks, records, moves, the configuration. */
export const OPERATING: readonly Declare[] = [doctor, history, audit, fleet, adopt, config, completion];
