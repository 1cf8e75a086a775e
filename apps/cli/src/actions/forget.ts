import { type Forgotten, forgetKey } from '@redis-to-mongo/mongo-sink';
import type { AllowNone } from '../allow-none.js';
import { changeKeys } from '../change-keys.js';
import { CliError } from '../cli-error.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';

/** The result that is shown for a key. */
const DONE: Readonly<Record<Forgotten, string>> = {
  forgotten: 'forgotten',
  active: 'kept: it is in Redis, or was at its last sync',
  paused: 'kept: it is paused',
  'has messages': 'kept: it has messages',
  'has dead letters': 'kept: it has dead letters',
  'has losses': 'kept: entries were lost or refused',
  'has history': 'kept: it has a history of members',
  'changed meanwhile': 'kept: it was created again',
  unknown: 'unknown',
};

interface ForgetOptions extends AllowNone {
  readonly yes?: boolean | undefined;
  readonly all?: boolean | undefined;
}

export async function forget(
  call: Call,
  patterns: readonly string[],
  { yes, all: withData = false, allowNone }: ForgetOptions,
): Promise<Ending> {
  const { clients } = call;
  if (!yes) throw new CliError('CLI_REFUSED', 'forget: this removes data for good: add --yes to confirm');
  const [db, { rules }] = [await clients.db(), await clients.config()];
  const forgetOne = async (key: string) => {
    const result = await forgetKey(db, key, rules, { withData });
    return { done: DONE[result], isRefused: result !== 'forgotten' && result !== 'unknown' };
  };
  return await changeKeys(
    call,
    {
      patterns,
      action: 'forget',
      condition: 'deleted',
      onlyOthers: 'kept: all of its keys still exist',
      allowNone,
    },
    async ([key]) => (key === undefined ? [] : [await forgetOne(key)]),
  );
}
