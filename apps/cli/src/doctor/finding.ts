export const SEE_ACL = 'see the ACL in docs/operations.md';
export const NO_INFO = 'the user may not run INFO: version, memory and role are not checked';

/** The result of a check. A problem keeps the fleet from working well; advice does not. */
export interface Finding {
  readonly check: string;
  readonly level: 'ok' | 'advice' | 'problem';
  readonly what: string;
  /** The remedy; empty if all is well. */
  readonly remedy: string;
}

/** Gathers the findings of one subject. */
export class Findings {
  readonly all: Finding[] = [];

  constructor(private readonly check: string) {}

  /** Records a check that passed. */
  ok(what: string): void {
    this.all.push({ check: this.check, level: 'ok', what, remedy: '' });
  }

  /** Records advice: the checked part works, but could be better. Advice does not fail the command. */
  advise(what: string, remedy: string): void {
    this.all.push({ check: this.check, level: 'advice', what, remedy });
  }

  /** Records a problem that keeps the fleet from working. */
  problem(what: string, remedy: string): void {
    this.all.push({ check: this.check, level: 'problem', what, remedy });
  }
}

/** Smaller differences between clocks do not matter, in ms. Answers take time, and entries are identified by ids. */
const TOLERANCE_MS = 2_000;

/** @param aheadMs how far the server's clock is ahead of this machine's. */
export function checkClock(findings: Findings, aheadMs: number): void {
  if (Math.abs(aheadMs) <= TOLERANCE_MS) return;
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  findings.advise(
    `its clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine’s`,
    'synchronize both with NTP: times in MongoDB, and ages of entries, are off by as much',
  );
}
