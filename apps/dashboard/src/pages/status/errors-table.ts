import type { FleetStatus, KeyError } from '@redis-to-mongo/mongo-sink';
import { UNEXPECTED } from '@redis-to-mongo/pipeline';
import { maskCredentials } from '@redis-to-mongo/terminal';
import { ago, count, keyLink } from '../format.js';
import { type Html, html } from '../html.js';
import { dataTable } from '../scroll-area.js';

type ErrorClasses = FleetStatus['errorClasses'];

/** How many keys fail, by the class of the error, and the newest errors, newest first. */
export function errorsTable(errors: readonly KeyError[], classes: ErrorClasses, now: Date): Html {
  return html`<section class="panel" aria-labelledby="errors">
<h2 id="errors">Errors ${classes.map(({ errorClass, keys }) => html`<span class="mark bad">${count(keys)} ${errorClass === 'unknown' ? 'of unknown class' : errorClass}</span>`)}${errors.length > 0 && html`<a class="panel-link" href="keys?status=failing">All failing keys</a>`}</h2>
${
  errors.length === 0
    ? html`<p class="empty">None: the last job of every key succeeded.</p>`
    : dataTable(
        ['Key', 'When', 'Code', 'What to do'],
        errors.map((error) => row(error, now)),
        'errors cards',
      )
}
</section>`;
}

function row({ key, at, code, message }: KeyError, now: Date): Html {
  return html`<tr><th scope="row">${keyLink(key)}</th><td class="when">${ago(at, now)}</td><td><code>${code}</code></td><td class="what">${advice(code, message)}</td></tr>`;
}

/** The message of an error, which says what to do. That of an unexpected error may quote data, and is not shown. */
export function advice(code: string, message: string): string {
  return code === UNEXPECTED ? 'See the log of the workers.' : maskCredentials(message);
}
