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
      'Queue and target store which source is mirrored to which database by which queue. A scheduler or worker with ' +
        'other settings refuses to start. This command shows whether this configuration matches. Exit code 1 if it does not.',
    )
    .addHelpText(
      'after',
      examples(
        ['fleet', 'check that this configuration matches the queue and the database'],
        ['fleet move', 'make queue and target match this configuration'],
      ),
    )
    .action(ends(async () => await compare(call, await clients.identity())));
  command
    .command('move')
    .summary('assigns queue and target to this configuration')
    .description(
      'Assigns queue and target to this configuration. Use it after you moved the source or the database to another name, ' +
        'if the fleet cannot detect that it is the same one. Stop the fleet first, and start it afterward.',
    )
    .action(
      ends(async () => {
        const identity = await clients.identity();
        await identity.adopt();
        const audit = await openAudit(call);
        await audit.note({ action: 'move', result: 'queue and target are assigned to this configuration' });
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
    out.line(
      comparison.id === undefined
        ? 'no fleet has started with this queue and target yet'
        : `the fleet ${comparison.id}`,
    );
  else
    out.facts([
      ['fleet', colored(comparison.what, 'red')],
      ['check', comparison.options.join(', ')],
    ]);
  return isOurs ? 'ok' : 'failed';
}
