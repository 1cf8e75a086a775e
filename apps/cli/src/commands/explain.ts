import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const explain: Declare = (program, runs) =>
  command(program, 'explain', {
    summary: 'shows everything about one key',
    description:
      'Shows everything about one key: the pattern and the rule that it matches, its collection, its progress, the time of its ' +
      'next job, losses, expected losses, its last error, and the document that would be written now (with long values ' +
      'cut; this shows data). Write a key that is not UTF-8 as base64:…, as ' +
      'the command keys does. Exit code 1 if neither Redis nor MongoDB has the key.',
    examples: [['explain orders', 'why orders is in MongoDB, or is not']],
  })
    .argument('<KEY>')
    .action(runs(async () => (await import('../actions/explain.js')).explain));
