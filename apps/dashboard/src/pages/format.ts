import { shownKey } from '@redis-to-mongo/pipeline';
import { grouped as count, counted, duration, time } from '@redis-to-mongo/terminal';
import { keyPath } from '../keys/key-path.js';
import { type Html, html } from './html.js';

export { count, counted, duration, time as seconds };

/** Entries per second, or a dash where it is not known yet. */
export function rate(perSecond: number | null): string {
  if (perSecond === null) return '–';
  return perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : count(perSecond);
}

/** How long ago a time was. The exact time shows on hover. */
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

/** How long until a time, or how long it has been due. The exact time shows on hover. */
export function until(at: number, now: number): Html {
  const iso = new Date(at).toISOString();
  const text = at > now ? `in ${duration((at - now) / 1000)}` : 'due';
  return html`<time datetime="${iso}" title="${iso}">${text}</time>`;
}

/** A time by the clock, in UTC: 2026-01-02 03:04:05. The page's script shows it in the chosen zone. */
export function clock(at: Date): Html {
  const iso = at.toISOString();
  return html`<time class="clock" datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;
}

/** A text as the beginning of a sentence. */
export function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** A value as indented JSON. @param most characters that are shown. */
export function jsonText(value: unknown, most: number): string {
  const text = JSON.stringify(value, undefined, 2);
  return text.length > most
    ? `${text.slice(0, most)}\n… (${count(text.length - most)} characters more)`
    : text;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A number of bytes as people read it: 312 MiB. */
export function bytes(value: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
  const size = value / 1024 ** power;
  return `${power > 0 && size < 10 ? size.toFixed(1) : Math.round(size)} ${UNITS[power]}`;
}

/** A key that leads to its page. */
export function keyLink(key: string): Html {
  return html`<a class="key" href="${keyPath(key)}"><bdi>${shownKey(key)}</bdi></a>`;
}
