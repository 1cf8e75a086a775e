import { type Content, type Html, html } from './html.js';

/** The address of a list's changing part. Its form, its links and each live event fetch it. */
function rowsPath(path: string): string {
  const [page = '', query] = path.split('?');
  return `${page}/rows${query === undefined ? '' : `?${query}`}`;
}

/** The part of a page that changes with its filter, and with time. @param path the page's own address. */
export function rowsPart(path: string, content: Content): Html {
  return html`<div id="rows" data-list="${path}" hx-get="${rowsPath(path)}" hx-trigger="r2m:tick from:document, r2m:changed from:document" hx-swap="outerMorph" hx-sync="drop">${content}</div>`;
}

/** The form that filters a list: while one types, and without scripts by its button. */
export function filterForm(page: string, fields: Content): Html {
  return html`<form class="filters" method="get" action="${page}" role="search" id="filters" hx-get="${page}/rows" hx-trigger="submit, input changed delay:200ms" hx-target="#rows" hx-swap="outerMorph" hx-sync="#rows:replace">
${fields}
<noscript><button>Show</button></noscript>
</form>`;
}

/** A link to another part of the same list. */
export function listLink(path: string, text: Content, rel?: 'next' | 'prev'): Html {
  return html`<a href="${path}" ${rel && html`rel="${rel}"`} hx-get="${rowsPath(path)}" hx-target="#rows" hx-swap="outerMorph" hx-sync="#rows:replace">${text}</a>`;
}

/** The search field of a filter. */
export function searchField(search: string, placeholder: string, label: string): Html {
  return html`<input type="search" name="q" value="${search}" placeholder="${placeholder}" aria-label="${label}" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="200">`;
}

/** A choice of a filter. @param any the text of no choice, whose value is `''`. @param all values, and texts that differ from them. */
export function choice(
  name: string,
  label: string,
  chosen: string,
  any: string,
  all: readonly (string | readonly [value: string, text: string])[],
): Html {
  const options = [['', any] as const, ...all].map((each) => {
    const [value, text] = typeof each === 'string' ? [each, each] : each;
    return html`<option value="${value}" ${value === chosen && html`selected`}>${text}</option>`;
  });
  return html`<select name="${name}" aria-label="${label}">${options}</select>`;
}

/** A link to another page of the same list; only its text if there is none. */
export function stepLink(path: string | undefined, text: string, rel?: 'next' | 'prev'): Html {
  return path === undefined ? html`<span aria-hidden="true">${text}</span>` : listLink(path, text, rel);
}

/** Links to a list as a file. */
export function exportLinks(path: string): Html {
  const [page = '', query] = path.split('?');
  const to = (ending: string) => `${page}.${ending}${query === undefined ? '' : `?${query}`}`;
  return html`<span class="exports" id="exports"><a href="${to('csv')}" download>CSV</a> <a href="${to('json')}" download>JSON</a></span>`;
}
