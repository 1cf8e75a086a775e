import type { Command } from '../command.js';
import { openAudit } from '../open-audit.js';
import { colored } from '../table.js';

export const fleet: Command = {
  name: 'fleet',
  forms: ['', 'move'],
  about:
    'Queue and target remember which source is mirrored into which database by which queue, and a scheduler or worker with\n' +
    'other settings refuses to start. fleet tells whether this configuration fits them, with exit code 1 when it does not.\n' +
    'fleet move makes them those of this configuration: after a source or a database has moved to another name on purpose,\n' +
    'and nothing tells that it is the same. Stop the fleet before, and start it afterward.',
  args: { min: 0, max: 1 },
  actions: ['move'],
  options: {},
  examples: [
    ['fleet', 'does this configuration fit the queue and the database?'],
    ['fleet move', 'it shall, from now on'],
  ],
  async run(call) {
    const {
      args: [action],
      out,
      servers,
    } = call;
    if (action !== undefined && action !== 'move') {
      const { CliError } = await import('../cli-error.js');
      throw new CliError('CLI_USAGE', `fleet: there is no action ${action}: write fleet or fleet move`);
    }
    const identity = await servers.identity();
    if (action === 'move') {
      await identity.adopt();
      const audit = await openAudit(call);
      await audit.note({ action: 'move', result: 'queue and target are those of this configuration' });
      await audit.flush();
    }
    const comparison = await identity.compare();
    const isOurs = comparison.is === 'same';
    if (out.isJson) out.json({ fits: isOurs, ...comparison });
    else if (isOurs)
      out.line(comparison.id === undefined ? 'no fleet has started here yet' : `the fleet ${comparison.id}`);
    else
      out.facts([
        ['fleet', colored(comparison.what, 'red')],
        ['check', comparison.options.join(', ')],
      ]);
    return isOurs ? 'ok' : 'failed';
  },
};
