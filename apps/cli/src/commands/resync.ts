import { canonicalKeyId, shownKey } from '@redis-to-mongo/pipeline';
import { ALLOW_NONE } from '../allow-none.js';
import { audited } from '../audited.js';
import { CliError } from '../cli-error.js';
import type { Command } from '../command.js';
import { openAudit } from '../open-audit.js';
import { counted } from '../table.js';

export const resync: Command = {
  name: 'resync',
  forms: ['KEY --yes [--here]'],
  about:
    'Begins the key’s next life: it is read from the start once more. A stream’s messages of earlier lives stay, so every\n' +
    'entry that Redis still holds is there once for each life; a value is empty until it is read again. To put back what\n' +
    'is missing without a new life, use verify --repair. The fleet does the reading; with --here this process does.\n' +
    'Exit code 1 when MongoDB does not know of the key, without --allow-none.',
  args: { min: 1, max: 1 },
  options: {
    yes: { doc: 'yes, begin a new life' },
    ...ALLOW_NONE,
    here: { doc: 'sync it in this process, and wait for it' },
  },
  examples: [
    ['resync orders --yes', 'orders from its start, by the fleet'],
    ['resync orders --yes --here', 'the same without a fleet'],
  ],
  async run(call) {
    const {
      args: [name = ''],
      options,
      out,
      servers,
    } = call;
    const key = canonicalKeyId(name);
    if (!options.flag('yes'))
      throw new CliError(
        'CLI_REFUSED',
        `resync ${shownKey(key)}: all of it is read and written again: add --yes if you mean it`,
      );
    const { openLine } = await import('../open-line.js');
    const { restartKey, syncToEnd, requestKeys } = await import('@redis-to-mongo/operations');
    // Before anything is changed: else nobody would be asked to read it.
    const queue = options.flag('here') ? undefined : await servers.queue();
    const { line, slice } = await openLine(servers);
    const audit = await openAudit(call);
    const restarted = await audited(
      audit,
      { action: 'resync', key },
      async () => await restartKey(line, await servers.db(), key),
      (done) => (done ? `life ${done.state.incarnation} has begun` : 'unknown'),
    ).finally(() => audit.flush());
    if (!restarted && options.flag('allow-none')) {
      if (out.isJson) out.json({ key, incarnation: null });
      else out.line(`MongoDB does not know of ${shownKey(key)}`);
      return 'ok';
    }
    if (!restarted)
      throw new CliError(
        'CLI_NOT_FOUND',
        `MongoDB does not know of ${shownKey(key)}: keys shows those that it knows`,
      );
    const { incarnation, pausedAt } = restarted.state;
    if (pausedAt) out.note('it is paused: it is read once it is resumed');
    if (queue) {
      const workers = await requestKeys(queue, [key]);
      if (out.isJson) out.json({ key, incarnation, workers });
      else out.line(`life ${incarnation} of ${shownKey(key)} has begun; the fleet is asked to read it`);
      if (workers === 0) out.note('no worker is connected: the job waits until one is');
      return 'ok';
    }
    const outcome = await syncToEnd(line, key, slice, () => {});
    if (out.isJson) out.json({ ...outcome, incarnation });
    else
      out.line(
        `life ${incarnation} of ${shownKey(key)}: ${outcome.error?.message ?? `${outcome.result}, ${counted(outcome.seen, 'entry', 'entries')}`}`,
      );
    return outcome.result === 'failed' || outcome.dead > 0 ? 'failed' : 'ok';
  },
};
