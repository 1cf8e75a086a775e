import type { VerdictLevel } from '@redis-to-mongo/fleet-status';
import { duration } from './format.js';
import { signOf } from './health-sign.js';
import { type Content, type Html, html } from './html.js';

export interface Page {
  readonly title: string;
  readonly body: Content;
  /** Scripts of /assets that the page runs, modules all. */
  readonly scripts?: readonly string[];
  /** Whether the page draws charts. */
  readonly charts?: boolean;
  /** The token that the page's scripts send with each request that changes something. */
  readonly token?: string | undefined;
  /** Reports the mirror's health in title and icon, and reads news. */
  readonly site?: Site;
}

/** Limits htmx: it creates no styles or scripts, keeps no copies of pages, and after an error leaves the page as it is. */
const HTMX = JSON.stringify({
  includeIndicatorCSS: false,
  history: 'reload',
  noSwap: [204, 304, '4xx', '5xx'],
});

/** The frame of every page. */
export function layout({ title, body, scripts = [], charts = false, token, site }: Page): Html {
  const { word, icon } = signOf(site?.health());
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<base href="/">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${token && html`<meta name="csrf-token" content="${token}">`}
<title>${word && `${word} · `}${title} · redis-to-mongo</title>
<link rel="icon" href="${icon}" type="image/svg+xml" id="icon">
${charts && html`<link rel="stylesheet" href="assets/uplot/uPlot.min.css"><script src="assets/uplot/uPlot.iife.min.js" defer></script>`}
<link rel="stylesheet" href="assets/app.css">
${site && html`<meta name="htmx-config" content="${HTMX}"><script src="assets/htmx/htmx.min.js" defer></script>`}
${scripts.map((script) => html`<script type="module" src="assets/${script}"></script>`)}
</head>
<body>
${body}
</body>
</html>
`;
}

const PAGES = [
  ['./', 'Status'],
  ['keys', 'Keys'],
  ['dead-letters', 'Dead letters'],
  ['workers', 'Workers'],
  ['history', 'History'],
  ['audit', 'Audit'],
  ['configuration', 'Configuration'],
  ['queues', 'Queue'],
] as const;

export type Current = (typeof PAGES)[number][0];

export interface SitePage extends Pick<Page, 'title' | 'scripts' | 'charts' | 'token'> {
  /** The entry of the top bar for this page. */
  readonly current: Current;
  /** The page's own address, for the link to its content, since links are relative to the base. Default: `current`. */
  readonly self?: string;
  /** Leaves the headline out, since the page has one of its own. */
  readonly noHeadline?: boolean;
  readonly main: Content;
  /** Content after the main part, such as a dialog. */
  readonly behind?: Content;
}

/** A page behind the login. */
export function sitePage(site: Site, page: SitePage): Html {
  const { current, self = current, noHeadline = false, main, behind, scripts = [], ...rest } = page;
  return layout({
    ...rest,
    site,
    scripts: ['live.js', 'zone.js', ...scripts],
    body: html`${topBar(current, site, self)}
<main class="wide" id="main">
<noscript><p class="trouble">Without JavaScript, this page shows the state at the time that it was loaded. Links, filters and exports work; actions on keys, comparing both sides, charts and the Queue page do not.</p></noscript>
${!noHeadline && html`<div data-part="verdict" class="small">${site.headline()}</div>`}
${main}
</main>
${footer(site)}
${behind}
<p class="unseen" role="status" id="headline"></p>
${staleNote()}`,
  });
}

/** The bar on top of the pages behind the login. */
function topBar(current: Current, { readOnly }: Site, self: string): Html {
  return html`<a class="skip" href="${self}#main">Skip to content</a>
<header class="top"><div class="wide">
<a class="name" href="./"><img src="assets/favicon.svg" alt="" width="22" height="22"><span>redis-to-mongo</span></a>
<nav aria-label="Pages">${PAGES.map(([path, name]) => html`<a href="${path}" ${path === current && html`aria-current="page"`}>${name}</a>`)}</nav>
${readOnly && html`<span class="badge">read-only</span>`}
<form method="post" action="logout"><button class="plain">Log out</button></form>
</div></header>`;
}

function footer({ version, startedAt, grafanaUrl }: Site): Html {
  const since = startedAt.toISOString();
  const up = duration((Date.now() - startedAt.getTime()) / 1000);
  return html`<footer class="wide foot"><p>redis-to-mongo ${version} · dashboard up for <time datetime="${since}" title="since ${since}">${up}</time>${grafanaUrl && html` · <a href="${grafanaUrl}" rel="noreferrer">Grafana</a>`} · Times are <span class="zone-name">UTC</span> <button type="button" class="plain" id="zone" hidden></button></p></footer>`;
}

/** The note that the numbers, the key or the list are out of date. The page's scripts show it. */
function staleNote(): Html {
  return html`<p class="stale" id="stale" role="status" hidden>The dashboard does not answer; these numbers are outdated. Trying again…</p>
<p class="stale" id="old" role="status" hidden>This cannot be read now; the page is outdated. Trying again…</p>`;
}

/** What all pages behind the login show about the dashboard itself. */
export interface Site {
  readonly readOnly: boolean;
  readonly version: string;
  readonly startedAt: Date;
  /** Where the charts of Prometheus are, if anywhere. */
  readonly grafanaUrl: string | undefined;
  /** The mirror's level at the last reading; `undefined` before the first one. */
  health(): VerdictLevel | undefined;
  /** The verdict of that reading in a sentence, with what to do. */
  headline(): Html | undefined;
}
