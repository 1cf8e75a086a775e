import { confirmNoQueue, leftOutText } from '@redis-to-mongo/fleet-status';
import { isValueType, ruleBook } from '@redis-to-mongo/key-types';
import { shownKey } from '@redis-to-mongo/pipeline';
import { bad, colored, counted, grouped } from '@redis-to-mongo/terminal';
import { type Finding, type Verification, verifyMirror } from '@redis-to-mongo/verify';
import { type AllowNone, requireKeys } from '../allow-none.js';
import type { Call } from '../command.js';
import type { Ending } from '../exit-codes.js';
import { endInterrupted, INTERRUPTED, interruptedPart } from '../interruption.js';
import { noteActions } from '../open-audit.js';
import { chooseKeys, openLine } from '../open-line.js';
import type { Output } from '../output.js';
import { Progress } from '../progress.js';
import { tryRequests } from '../try-requests.js';

interface VerifyOptions extends AllowNone {
  readonly repair?: boolean | undefined;
  readonly settle: number;
}

export async function verify(
  call: Call,
  pattern: string | undefined,
  { allowNone, repair: isRepair = false, settle }: VerifyOptions,
): Promise<Ending> {
  const { out } = call;
  const partial: Partial = { total: 0, compared: new Set(), differing: new Map() };
  const ended = await call.interruption.until(
    compare(call, partial, { pattern, isRepair, settleMs: 1000 * settle }),
  );
  if (ended === INTERRUPTED) return printPartial(out, partial);
  const { findings, keys, leftOut } = ended;
  requireKeys('verify', pattern, { allowNone }, { keys, where: 'Redis or MongoDB' });
  if (isRepair)
    await noteActions(
      call,
      findings.map(({ key, repaired }) => ({
        action: 'repair',
        key,
        filter: pattern,
        result: repaired ? 'repaired' : 'still differs',
      })),
    );
  const left = findings.filter(({ repaired }) => !repaired);
  if (out.isJson) out.json({ keys, differing: findings, leftOut });
  else {
    print(out, keys, findings, isRepair);
    const skipped = leftOutText(leftOut);
    if (skipped) out.line(`${skipped}; they were not compared`);
  }
  return left.length === 0 ? 'ok' : 'failed';
}

/** The options of a verification. */
interface Comparison {
  readonly pattern: string | undefined;
  readonly isRepair: boolean;
  readonly settleMs: number;
}

/** The results of a verification that has not ended. */
interface Partial {
  total: number;
  readonly compared: Set<string>;
  readonly differing: Map<string, Finding>;
}

function printPartial(out: Output, { total, compared, differing }: Partial): 'interrupted' {
  const findings = [...differing.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  if (out.isJson) out.json({ ...interruptedPart(true, total), keys: compared.size, differing: findings });
  else if (compared.size > 0) print(out, compared.size, findings, false);
  return endInterrupted(
    out,
    total === 0 ? 'no key was compared' : `${grouped(compared.size)} of ${counted(total, 'key')} compared`,
  );
}

async function compare(
  { out, clients }: Call,
  partial: Partial,
  { pattern, isRepair, settleMs }: Comparison,
): Promise<Verification> {
  const config = await clients.config();
  const sides = { redis: await clients.redis(), db: await clients.db() };
  let bar: InstanceType<typeof Progress> | undefined;
  return await verifyMirror(sides, {
    ...chooseKeys(config, pattern),
    types: config.keys.types,
    rules: ruleBook(config.rules),
    settleMs,
    progress: {
      begin: (keys) => {
        bar = new Progress(out, keys, 'keys');
        partial.total ||= keys;
      },
      key: (finding, isEqual) => {
        // The compared parts of a value may be bytes.
        if (!isValueType(finding.type)) bar?.addEntries(finding.compared);
        bar?.addDone();
        partial.compared.add(finding.key);
        if (isEqual) partial.differing.delete(finding.key);
        else partial.differing.set(finding.key, finding);
      },
      end: () => bar?.end(),
    },
    repairWith: isRepair
      ? async () => {
          await confirmNoQueue({ source: sides.redis, db: sides.db }, partial.differing.keys());
          return { ...(await openLine(clients)), request: await tryRequests(clients) };
        }
      : undefined,
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
        repaired === undefined
          ? ''
          : repaired
            ? colored('repaired', 'green')
            : colored('still differs', 'red'),
      ]),
    );
  const differ = findings.length === 1 ? '1 differs' : `${grouped(findings.length)} differ`;
  const verdict = findings.length === 0 ? 'all equal' : differ;
  out.line(`${counted(keys, 'key')} compared: ${verdict}`);
  if (keys > 1 && findings.filter(isOnOneSide).length > OTHER_PLACE * keys) out.line(ELSEWHERE);
}

/** If more than this share of all keys is on one side only, a wrong setting is more likely than so many losses. */
const OTHER_PLACE = 0.9;

const ELSEWHERE =
  'Hardly any key is on both sides: check REDIS_URL and REDIS_DB (the source) and MONGO_URI and MONGO_DB_NAME (the target), and that the fleet has run (status)';

/** Whether a key is missing in Redis, or completely missing in MongoDB. */
function isOnOneSide({ type, compared, missing }: Finding): boolean {
  return type === 'none' || (missing > 0 && missing >= compared);
}
