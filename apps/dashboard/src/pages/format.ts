import { type Html, html } from './html.js';

/** A whole number with its thousands apart: 1,234,567. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A count with its noun: `1 key`, `2 keys`. */
export function counted(value: number, one: string, many: string): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Entries per second, or a dash where it is not known yet. */
export function rate(perSecond: number | null): string {
  if (perSecond === null) return '–';
  return perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : count(perSecond);
}

/** A time as how long ago it was; the exact one shows on hover. */
export function ago(at: Date, now: Date): Html {
  const iso = at.toISOString();
  return html`<time datetime="${iso}" title="${iso}">${agoText(now.getTime() - at.getTime())}</time>`;
}

function agoText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}
