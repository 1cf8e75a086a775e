import { shownKey } from '@redis-to-mongo/pipeline';
import type { Finding, Verification } from '@redis-to-mongo/verify';
import { ALLOW_NONE, requireKeys } from '../allow-none.js';
import type { Call, Command } from '../command.js';
import { endInterrupted, interruptedPart } from '../interrupted-output.js';
import { INTERRUPTED } from '../interruption.js';
import type { Output } from '../output.js';
import { bad, colored, counted, grouped } from '../table.js';

export const verify: Command = {
  name: 'verify',
  forms: ['[PATTERN] [--repair] [--settle SECONDS]'],
  about:
    'Compares Redis with MongoDB, key by key and byte for byte: every entry of every stream, every value. It takes the\n' +
    'time of reading both. A key that differs is looked at again for --settle seconds, since the fleet may be about to\n' +
    'sync it. Entries that Redis has dropped since they were synced are no difference, nor are dead letters (see gaps,\n' +
    'dead-letters), nor fields and messages that a rule leaves out or lets go (see docs/rules.md). --repair syncs what\n' +
    'differs, and puts back what was taken out of MongoDB or changed there; keys that are paused it leaves alone, and\n' +
    'messages that Redis never had: they are told.\n' +
    'Exit code 1 when something differs (with --repair: still differs), or there is no key at all, without --allow-none.',
  args: { min: 0, max: 1 },
  options: {
    ...ALLOW_NONE,
    repair: { doc: 'mend what differs' },
    settle: { value: 'SECONDS', doc: 'how long a key may take to become equal; default 10' },
  },
  examples: [
    ['verify', 'is everything there?'],
    ["verify 'orders*' --repair", 'compare some keys, and mend them'],
    ['verify --settle 0 --json', 'as it is at this moment, for machines'],
  ],
  async run(call) {
    const { out } = call;
    const partial: Partial = { total: 0, compared: new Set(), differing: new Map() };
    const ended = await call.interruption.until(compare(call, partial));
    if (ended === INTERRUPTED) return printPartial(out, partial);
    const { findings, keys } = ended;
    requireKeys(call, 'verify', keys, 'neither Redis nor MongoDB has');
    const isRepair = call.options.flag('repair');
    if (isRepair) await keepRepairs(call, findings);
    const left = findings.filter(({ repaired }) => !repaired);
    if (out.isJson) out.json({ keys, differing: findings });
    else print(out, keys, findings, isRepair);
    return left.length === 0 ? 'ok' : 'failed';
  },
};

async function keepRepairs(call: Call, findings: readonly Finding[]): Promise<void> {
  const { openAudit } = await import('../open-audit.js');
  const audit = await openAudit(call);
  for (const { key, repaired } of findings)
    await audit.note({
      action: 'repair',
      key,
      filter: call.args[0],
      result: repaired ? 'mended' : 'still differs',
    });
  await audit.flush();
}

/** What is known before a verification has ended. */
interface Partial {
  total: number;
  readonly compared: Set<string>;
  readonly differing: Map<string, Finding>;
}

function printPartial(out: Output, { total, compared, differing }: Partial): 'interrupted' {
  const findings = [...differing.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  if (out.isJson) out.json({ ...interruptedPart(true, total), keys: compared.size, differing: findings });
  else print(out, compared.size, findings, false);
  return endInterrupted(out, `${grouped(compared.size)} of ${counted(total, 'key')} compared`);
}

async function compare(
  { args: [pattern], options, out, servers }: Call,
  partial: Partial,
): Promise<Verification> {
  const { chooseKeys } = await import('../choose-keys.js');
  const { openLine } = await import('../open-line.js');
  const { Progress } = await import('../progress.js');
  const { RuleBook } = await import('@redis-to-mongo/pipeline');
  const { verifyMirror } = await import('@redis-to-mongo/verify');
  const settleMs = 1000 * options.whole('settle', 10, { min: 0, max: 3600 });
  const config = await servers.config();
  const sides = { redis: await servers.redis(), db: await servers.db() };
  let bar: InstanceType<typeof Progress> | undefined;
  return await verifyMirror(sides, {
    wanted: chooseKeys(config, pattern),
    types: config.keys.types,
    rules: new RuleBook(config.rules),
    settleMs,
    progress: {
      begin: (keys) => {
        bar = new Progress(out, keys, 'keys');
        partial.total ||= keys;
      },
      key: (finding, isEqual) => {
        bar?.addEntries(finding.compared);
        bar?.addDone();
        partial.compared.add(finding.key);
        if (isEqual) partial.differing.delete(finding.key);
        else partial.differing.set(finding.key, finding);
      },
      end: () => bar?.end(),
    },
    repairWith: options.flag('repair') ? () => openLine(servers) : undefined,
  });
}

function print(out: Output, keys: number, findings: readonly Finding[], isRepair: boolean): void {
  if (findings.length > 0)
    out.table(
      ['KEY', 'TYPE', '>COMPARED', '>MISSING', '>DIFFERENT', 'WHAT', isRepair ? 'REPAIR' : ''],
      findings.map(({ key, type, compared, missing, different, problems, repaired }) => [
        shownKey(key),
        type,
        compared,
        bad(missing),
        bad(different),
        problems.join('; '),
        repaired === undefined ? '' : repaired ? colored('mended', 'green') : colored('still differs', 'red'),
      ]),
    );
  const differ = findings.length === 1 ? '1 differs' : `${grouped(findings.length)} differ`;
  const verdict = findings.length === 0 ? 'all equal' : differ;
  out.line(`${counted(keys, 'key')} compared: ${verdict}`);
}
