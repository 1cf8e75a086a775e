import { ALLOW_NONE } from '../allow-none.js';
import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const restore: Declare = (program, runs) =>
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
