import { ALLOW_NONE } from '../allow-none.js';
import type { Declare } from '../command.js';
import { command } from '../declaring.js';

export const pause: Declare = (program, runs) =>
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
