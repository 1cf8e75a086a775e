import { type Content, type Html, html } from './html.js';

export interface Page {
  readonly title: string;
  readonly body: Content;
  /** A script of /assets that the page runs. */
  readonly script?: string;
}

/** The frame of every page. */
export function layout({ title, body, script }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · redis-to-mongo</title>
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/app.css">
${script && html`<script src="/assets/${script}" defer></script>`}
</head>
<body>
${body}
</body>
</html>
`;
}

/** The bar on top of the pages behind the login. */
export function topBar(readOnly: boolean): Html {
  return html`<header class="top"><div class="wide">
<a class="name" href="/"><img src="/assets/favicon.svg" alt="" width="22" height="22">redis-to-mongo</a>
<nav><a href="/" aria-current="page">Status</a><a href="/queues">Queue</a></nav>
${readOnly && html`<span class="badge">read-only</span>`}
<form method="post" action="/logout"><button class="plain">Log out</button></form>
</div></header>`;
}
