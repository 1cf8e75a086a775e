import { ALLOW_NONE } from '../allow-none.js';
import type { Declare } from '../command.js';
import { command, wholeNumber } from '../declaring.js';

const once: Declare = (program, runs) =>
  command(program, 'once', {
    summary: 'syncs all current keys and exits; needs no running fleet',
    description:
      'Syncs all current keys completely, marks deleted keys, and exits. It works without a ' +
      'fleet and without the queue, and is safe to run beside a fleet. Paused keys are skipped. You ' +
      'can stop it at any time and start it again. ' +
      'Exit code 0 if everything is in sync, 1 if a key failed, MongoDB refused entries (they are dead ' +
      'letters), or no key was found, without --allow-none.',
    examples: [
      ['once', 'all keys that the configuration selects'],
      ["once 'orders*' --json", 'some keys, with the result of each'],
    ],
  })
    .argument('[PATTERN]')
    .addOption(ALLOW_NONE)
    .option(
      '--concurrency <N>',
      'streams and large values synced at once (default: WORKER_CONCURRENCY)',
      wholeNumber(1, 1000),
    )
    .action(runs(async () => (await import('../actions/once.js')).once));

const sync: Declare = (program, runs) =>
  command(program, 'sync', {
    summary: 'asks the fleet to sync keys now',
    description:
      'Asks the fleet to sync keys now, and does not wait; explain KEY shows the result. At most one such job waits ' +
      'for a key, however often you ask. Without a fleet, use once. Exit code 1 if a key is not mirrored, is ' +
      'paused, or (without --allow-none) does not exist.',
    examples: [
      ['sync orders', 'sync orders as soon as a worker is free'],
      ['sync orders orders:info:tags', 'two keys'],
    ],
  })
    .argument('<KEY...>')
    .addOption(ALLOW_NONE)
    .action(runs(async () => (await import('../actions/sync.js')).sync));

const resync: Declare = (program, runs) =>
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

const pause: Declare = (program, runs) =>
  command(program, 'pause', {
    summary: 'pauses keys: they are not read until resume',
    description:
      'Pauses keys: no job reads them until resume. A running job finishes its slice. PATTERN is a key or a ' +
      'Redis glob pattern (`orders:*`) for the whole name; quote it. It matches the keys that are in MongoDB now, not later ' +
      'ones. Keys stay paused when the fleet restarts or loses its queue. Entries that Redis trims meanwhile are lost, and a ' +
      'gap after resume. Pausing twice is harmless. Exit code 1 if a PATTERN matches no key, without ' +
      '--allow-none.',
    examples: [
      ['pause orders', 'pause one key'],
      ["pause 'orders:*' --json", 'all keys whose names begin with orders:'],
    ],
  })
    .argument('<PATTERN...>')
    .addOption(ALLOW_NONE)
    .action(runs(async () => (await import('../actions/pause.js')).pause));

const resume: Declare = (program, runs) =>
  command(program, 'resume', {
    summary: 'resumes paused keys, and syncs them now',
    description:
      'Resumes paused keys, and has the fleet sync them now. PATTERN is a key or a Redis glob pattern ' +
      '(`orders:*`) for the whole name; quote it. Resuming twice is harmless. Exit code 1 if a PATTERN matches no key, without ' +
      '--allow-none.',
    examples: [
      ['resume orders', 'resume one key'],
      ["resume '*'", 'resume all paused keys'],
    ],
  })
    .argument('<PATTERN...>')
    .addOption(ALLOW_NONE)
    .action(runs(async () => (await import('../actions/pause.js')).resume));

const forget: Declare = (program, runs) =>
  command(program, 'forget', {
    summary: 'removes deleted keys from MongoDB',
    description:
      'Removes keys from MongoDB that no longer exist in Redis: the document in keys, and the empty value. Keys that have more ' +
      '(messages, dead letters, losses, a history of members) are kept; --all removes these too, for good. ' +
      'PATTERN is a key or a Redis glob pattern (`session:*`) for the whole name; quote it. A key that is created again starts its first ' +
      'incarnation. Keys without more are removed automatically after GONE_KEYS_KEEP_SEC. Exit code 1 if a key is kept, or a ' +
      'PATTERN matches no deleted key, without --allow-none.',
    examples: [
      ["forget 'session:*' --yes", 'deleted sessions'],
      ['forget orders:old --yes --all', 'a deleted stream, with its messages'],
    ],
  })
    .argument('<PATTERN...>')
    .option('--yes', 'confirm')
    .option('--all', 'remove messages, dead letters, losses and history too')
    .addOption(ALLOW_NONE)
    .action(runs(async () => (await import('../actions/forget.js')).forget));

const verify: Declare = (program, runs) =>
  command(program, 'verify', {
    summary: 'compares Redis with MongoDB, byte for byte; --repair fixes differences',
    description:
      'Compares Redis with MongoDB, key by key and byte for byte: every entry of every stream, and every value. It reads ' +
      'both completely. A key that differs is compared again for --settle seconds, because the fleet may be about to ' +
      'sync it. Entries that Redis has dropped since they were synced are not a difference, nor are dead letters (see gaps, ' +
      'dead-letters), nor fields and messages that a rule leaves out or removes (see docs/rules.md). --repair syncs what ' +
      'differs, and restores what was removed from MongoDB or changed there. It does not change paused keys, nor ' +
      'messages that Redis never had: it only reports these. ' +
      'Exit code 1 if something differs (with --repair: still differs), or no key was found, without --allow-none.',
    examples: [
      ['verify', 'compare all keys'],
      ["verify 'orders*' --repair", 'compare some keys, and fix differences'],
      ['verify --settle 0 --json', 'the state at this moment, as JSON'],
    ],
  })
    .argument('[PATTERN]')
    .addOption(ALLOW_NONE)
    .option('--repair', 'fix the differences')
    .option('--settle <SECONDS>', 'the time that a key may take to become equal', wholeNumber(0, 3600), 10)
    .action(runs(async () => (await import('../actions/verify.js')).verify));

const restore: Declare = (program, runs) =>
  command(program, 'restore', {
    summary: 'writes the mirror back to a Redis server',
    description:
      'Writes the mirror back to a Redis server: streams with their original ids and last id, including dead letters, and ' +
      'values of all types, each with its expiry time. It writes what MongoDB has of each key’s current incarnation, so entries ' +
      'that the source has trimmed come back too. Deleted keys and consumer groups are not restored: the latter ' +
      'are not mirrored. Fields that a rule renamed or parsed come back unchanged. Fields that a rule left out cannot come back: the ' +
      'key fails, unless --partial is given. A key appears when it is whole, even if the command is interrupted or killed. It reads ' +
      'only MongoDB; the source is not needed. ' +
      'Exit code 1 if a key failed, already exists in the target (it is not changed), or none was found, without ' +
      '--allow-none.',
    examples: [
      ["restore '*' --to redis://127.0.0.1:6380", 'all keys, to an empty Redis'],
      [
        "restore 'orders*' --to rediss://:password@spare:6379/1 --replace",
        'some keys, replacing existing ones',
      ],
    ],
  })
    .argument('<PATTERN>')
    .requiredOption('--to <URL>', 'the Redis to write to: redis:// or rediss://')
    .addOption(ALLOW_NONE)
    .option('--replace', 'replace keys that exist in the target')
    .option('--partial', 'restore keys without the fields that a rule left out, instead of failing')
    .action(runs(async () => (await import('../actions/restore.js')).restore));

/** Commands that sync keys, or write them back. */
export const SYNCING: readonly Declare[] = [once, sync, resync, pause, resume, forget, verify, restore];
