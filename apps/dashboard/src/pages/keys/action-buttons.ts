import type { KeySummary } from '@redis-to-mongo/mongo-sink';
import { buttonsFor } from '../action-wordings.js';
import { type Html, html } from '../html.js';

/** The buttons of a key's page that have an effect. A paused key has no sync button: no request syncs it. */
export function actionButtons({ key, paused, incarnation }: KeySummary): Html {
  const idle = paused ? ['sync', 'pause'] : ['resume'];
  return html`<section class="actions" aria-label="Actions" id="actions" data-key="${key}" data-incarnation="${incarnation}">${buttonsFor('key', '', idle)}</section>`;
}

/** The dialog that asks before an action, and shows its result. */
export function confirmDialog(): Html {
  return html`<p class="action-result" role="status" id="action-result"></p>
<dialog id="confirm" aria-labelledby="confirm-question" aria-describedby="confirm-effect">
<form method="dialog">
<h2 id="confirm-question"></h2>
<p class="key"><bdi id="confirm-key"></bdi></p>
<p id="confirm-effect"></p>
<div class="choices"><button class="outline" value="">Cancel</button><button value="yes" id="confirm-yes"></button></div>
</form>
</dialog>`;
}
