import type { FleetIdentity } from '@redis-to-mongo/fleet-status';
import { colored } from '@redis-to-mongo/terminal';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { noteActions } from '../open-audit.js';
import type { Output } from '../output.js';

export async function compareFleet({ out, clients }: Call): Promise<Ending> {
  return await compare(out, await clients.identity());
}

export async function moveFleet(call: Call): Promise<Ending> {
  const identity = await call.clients.identity();
  const before = await identity.compare();
  // Marks are not written again: while only one is new, a running scheduler would take it for another fleet's.
  if (before.is === 'same' && before.id !== undefined) return await compare(call.out, identity);
  await identity.adopt();
  await noteActions(call, [
    { action: 'move', result: 'queue and target are assigned to this configuration' },
  ]);
  return await compare(call.out, identity);
}

async function compare(out: Output, identity: FleetIdentity): Promise<Ending> {
  const comparison = await identity.compare();
  const isOurs = comparison.is === 'same';
  if (out.isJson) out.json({ fits: isOurs, ...comparison, ...(isOurs ? { id: comparison.id ?? null } : {}) });
  else if (isOurs)
    out.line(
      comparison.id === undefined
        ? 'no fleet has started with this queue and target yet'
        : `this configuration matches the fleet ${comparison.id}`,
    );
  else
    out.facts([
      ['fleet', colored(comparison.what, 'red')],
      ['check', comparison.options.join(', ')],
    ]);
  return isOurs ? 'ok' : 'failed';
}
