import type { FleetIdentity } from '@redis-to-mongo/fleet-status';
import { colored } from '@redis-to-mongo/terminal';
import type { Call, Declare } from '../command.js';
import { examples } from '../examples.js';
import type { Ending } from '../exit-codes.js';
import { openAudit } from '../open-audit.js';

export const fleet: Declare = (command, call) => {
  const { clients, ends } = call;
  command
    .description(
      'Queue and target remember which source is mirrored into which database by which queue, and a scheduler or worker with ' +
        'other settings refuses to start. fleet tells whether this configuration fits them, with exit code 1 when it does not.',
    )
    .addHelpText(
      'after',
      examples(
        ['fleet', 'does this configuration fit the queue and the database?'],
        ['fleet move', 'it shall, from now on'],
      ),
    )
    .action(ends(async () => await compare(call, await clients.identity())));
  command
    .command('move')
    .summary('makes queue and target those of this configuration')
    .description(
      'Makes queue and target those of this configuration: after a source or a database has moved to another name on ' +
        'purpose, and nothing tells that it is the same. Stop the fleet before, and start it afterwards.',
    )
    .action(
      ends(async () => {
        const identity = await clients.identity();
        await identity.adopt();
        const audit = await openAudit(call);
        await audit.note({ action: 'move', result: 'queue and target are those of this configuration' });
        await audit.flush();
        return await compare(call, identity);
      }),
    );
};

async function compare({ out }: Call, identity: FleetIdentity): Promise<Ending> {
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
}
