import { type Html, html } from './html.js';
import { layout } from './layout.js';

export interface LoginPage {
  /** Where to go after the login: a path of the dashboard. */
  readonly next: string;
  /** Why the last try did not work. */
  readonly problem?: string;
  readonly username?: string;
}

export function loginPage({ next, problem, username = '' }: LoginPage): Html {
  return layout({
    title: 'Log in',
    body: html`<main class="login">
<form class="panel" method="post" action="login">
<h1 class="login-title"><img src="assets/favicon.svg" alt="" width="28" height="28">redis-to-mongo</h1>
${problem && html`<p class="problem" role="alert">${problem}</p>`}
<label>User name<input name="username" value="${username}" autocomplete="username" autocapitalize="none" spellcheck="false" required ${!username && html`autofocus`}></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required ${username && html`autofocus`}></label>
<input type="hidden" name="next" value="${next}">
<button>Log in</button>
</form>
</main>`,
  });
}
