import { maskCredentials } from '@redis-to-mongo/app-shell';
import type { KeyError } from '@redis-to-mongo/mongo-sink';
import { ago } from '../format.js';
import { type Html, html } from '../html.js';

/** Characters of a key that are shown. */
const MAX_KEY = 200;

/** The newest errors of keys, newest first. */
export function errorsTable(errors: readonly KeyError[], now: Date): Html {
  return html`<section class="panel" aria-labelledby="errors">
<h2 id="errors">Newest errors</h2>
${
  errors.length === 0
    ? html`<p class="empty">None: the last job of every key went well.</p>`
    : html`<table class="errors cards">
<thead><tr><th scope="col">Key</th><th scope="col">When</th><th scope="col">Code</th><th scope="col">What to do</th></tr></thead>
<tbody>${errors.map((error) => row(error, now))}</tbody>
</table>`
}
</section>`;
}

function row({ key, at, code, message }: KeyError, now: Date): Html {
  const shown = visible(key.length > MAX_KEY ? `${key.slice(0, MAX_KEY)}…` : key);
  return html`<tr><th scope="row"><bdi>${shown}</bdi></th><td class="when">${ago(at, now)}</td><td><code>${code}</code></td><td class="what">${advice(code, message)}</td></tr>`;
}

/** Characters that nobody sees, or that reorder others, are written out: a key must not look like another one. */
function visible(key: string): string {
  return key.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** Our own messages say what to do; that of an error nobody knew may quote data, which belongs on no page. */
function advice(code: string, message: string): string {
  return /UNKNOWN|UNEXPECTED/.test(code) ? 'See the log of the workers.' : maskCredentials(message);
}
