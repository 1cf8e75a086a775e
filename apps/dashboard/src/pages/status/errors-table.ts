import { maskCredentials } from '@redis-to-mongo/app-shell';
import type { KeyError } from '@redis-to-mongo/mongo-sink';
import { ago, shownKey } from '../format.js';
import { type Html, html } from '../html.js';

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
  return html`<tr><th scope="row"><bdi>${shownKey(key)}</bdi></th><td class="when">${ago(at, now)}</td><td><code>${code}</code></td><td class="what">${advice(code, message)}</td></tr>`;
}

/** Our own messages say what to do; that of an error nobody knew may quote data, which belongs on no page. */
function advice(code: string, message: string): string {
  return /UNKNOWN|UNEXPECTED/.test(code) ? 'See the log of the workers.' : maskCredentials(message);
}
