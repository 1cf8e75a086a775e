import type { Findings } from './finding.js';

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
