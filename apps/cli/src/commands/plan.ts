import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const plan: Declare = (program, runs) =>
  command(program, 'plan', {
    summary: 'shows what the configuration would sync; writes nothing',
    description:
      'Shows what the configuration would sync: the number of keys that each pattern and each rule matches; the ' +
      'keys of each type, with their collection; known keys whose collection has changed with the ' +
      'rules, and documents that do not match their rule any longer; indexes that would be created. --samples adds a ' +
      'sample document of each type and each rule, with long values cut; this shows data. It writes nothing.',
    examples: [
      ['plan', 'before the first start'],
      ['plan --samples --json', 'with sample documents, as JSON'],
    ],
  })
    .option('--samples', 'show a sample document of each type and rule, with real data')
    .action(runs(async () => (await import('../actions/plan.js')).plan));
