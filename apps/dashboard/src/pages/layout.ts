import { version } from '@redis-to-mongo/app-shell';
import { type Content, type Html, html } from './html.js';

export interface Page {
  readonly title: string;
  readonly body: Content;
  /** Scripts of /assets that the page runs, modules all. */
  readonly scripts?: readonly string[];
  /** Whether the page draws charts. */
  readonly charts?: boolean;
  /** What the page's scripts send along with what changes something. */
  readonly token?: string;
}

/** The frame of every page. */
export function layout({ title, body, scripts = [], charts = false, token }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<base href="/">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${token && html`<meta name="csrf-token" content="${token}">`}
<title>${title} · redis-to-mongo</title>
<link rel="icon" href="assets/favicon.svg" type="image/svg+xml">
${charts && html`<link rel="stylesheet" href="assets/uplot/uPlot.min.css"><script src="assets/uplot/uPlot.iife.min.js" defer></script>`}
<link rel="stylesheet" href="assets/app.css">
${scripts.map((script) => html`<script type="module" src="assets/${script}"></script>`)}
</head>
<body>
${body}
<footer class="foot">redis-to-mongo ${version()}</footer>
</body>
</html>
`;
}

const PAGES = [
  ['./', 'Status'],
  ['keys', 'Keys'],
  ['queues', 'Queue'],
] as const;

/**
 * The bar on top of the pages behind the login.
 * @param self the page's own address, which the link to its content needs: all links go from the base.
 */
export function topBar(current: './' | 'keys', readOnly: boolean, self: string = current): Html {
  return html`<a class="skip" href="${self}#main">To the content</a>
<header class="top"><div class="wide">
<a class="name" href="./"><img src="assets/favicon.svg" alt="" width="22" height="22"><span>redis-to-mongo</span></a>
<nav aria-label="Pages">${PAGES.map(([path, name]) => html`<a href="${path}" ${path === current && html`aria-current="page"`}>${name}</a>`)}</nav>
${readOnly && html`<span class="badge">read-only</span>`}
<form method="post" action="logout"><button class="plain">Log out</button></form>
</div></header>`;
}

/** What says that the numbers are old, or those of a key or the list; the page's scripts show it. */
export function staleNote(): Html {
  return html`<p class="stale" id="stale" role="status" hidden>The dashboard does not answer; these numbers are old. Trying again…</p>
<p class="stale" id="old" role="status" hidden>This can’t be read now; what is shown is old. Trying again…</p>`;
}
