import type { KeySummary } from '@redis-to-mongo/mongo-sink';
import { KEY_ACTIONS, type KeyAction } from '../../keys/key-action.js';
import { type Html, html } from '../html.js';

interface Wording {
  readonly button: string;
  readonly question: string;
  /** What comes of it. */
  readonly effect: string;
}

const WORDINGS: Readonly<Record<KeyAction, Wording>> = {
  sync: {
    button: 'Sync now',
    question: 'Sync this key now?',
    effect: 'Requests a job for the key, as soon as a worker is free.',
  },
  pause: {
    button: 'Pause',
    question: 'Pause this key?',
    effect:
      'Pauses copying this key until you resume it. Entries that Redis drops meanwhile are lost, and counted as a gap.',
  },
  resume: {
    button: 'Resume',
    question: 'Resume this key?',
    effect: 'Copying continues from the last position.',
  },
  resync: {
    button: 'Resync from the start',
    question: 'Read this key from the start again?',
    effect:
      'Starts the next incarnation: everything in Redis is read and written again. Messages of earlier incarnations are kept.',
  },
};

/** The buttons of a key's page: those that do something. A key that is paused is not synced, however it is asked for. */
export function actionButtons({ key, paused, incarnation }: KeySummary): Html {
  const idle: readonly KeyAction[] = paused ? ['sync', 'pause'] : ['resume'];
  const shown = KEY_ACTIONS.filter((action) => !idle.includes(action));
  return html`<section class="actions" aria-label="Actions" id="actions" data-key="${key}" data-incarnation="${incarnation}">${shown.map(button)}</section>`;
}

function button(action: KeyAction): Html {
  const { button: name, question, effect } = WORDINGS[action];
  const css = action === 'resync' ? 'outline bad' : 'outline';
  return html`<button type="button" class="${css}" data-action="${action}" data-question="${question}" data-effect="${effect}" aria-haspopup="dialog">${name}</button>`;
}

/** Asks before anything is done, and shows what came of it. */
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
