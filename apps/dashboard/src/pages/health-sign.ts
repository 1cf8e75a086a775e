import type { VerdictLevel } from '@redis-to-mongo/fleet-status';
import type { StatusReport } from '../status/status-report.js';

const SIGNS: Readonly<Record<VerdictLevel, { readonly tone: Tone; readonly word: string }>> = {
  complete: { tone: 'good', word: 'Complete' },
  behind: { tone: 'busy', word: 'Incomplete' },
  unknown: { tone: 'idle', word: 'Unknown' },
  broken: { tone: 'bad', word: 'Broken' },
  empty: { tone: 'idle', word: 'Empty' },
};

export type Tone = 'good' | 'busy' | 'bad' | 'idle';

/** A level of the verdict by its color. */
export function toneOf(level: VerdictLevel): Tone {
  return SIGNS[level].tone;
}

/** A level of the verdict as the browser's tab shows it: in a word before the title, and by the color of its icon. */
export function signOf(level: VerdictLevel | undefined): { readonly word: string; readonly icon: string } {
  const sign = level && SIGNS[level];
  return { word: sign?.word ?? '', icon: sign ? `assets/favicon-${sign.tone}.svg` : 'assets/favicon.svg' };
}

/**
 * The state of the mirror for the scripts of all pages. Screen readers read `says` only when `is` changes, since the
 * headline changes every second.
 */
export function healthEvent({ verdict }: StatusReport) {
  const { level, title, reasons } = verdict;
  return { ...signOf(level), is: `${level} ${reasons[0]?.code ?? ''}`, says: title };
}
