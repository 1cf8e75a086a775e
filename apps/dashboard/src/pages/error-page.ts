import { type Html, html } from './html.js';
import { layout } from './layout.js';

/** A page that says what went wrong, and leads back. */
export function errorPage({ error, advice }: { readonly error: string; readonly advice?: string }): Html {
  return layout({
    title: 'Error',
    body: html`<main class="login">
<section class="panel error-page">
<h1 class="login-title"><img src="assets/favicon.svg" alt="" width="28" height="28">redis-to-mongo</h1>
<p class="problem" role="alert">${error}</p>
${advice && html`<p>${advice}</p>`}
<p><a href="./">Status</a> · <a href="keys">Keys</a></p>
</section>
</main>`,
  });
}
