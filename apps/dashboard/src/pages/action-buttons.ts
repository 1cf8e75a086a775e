import type { KeySummary } from '@redis-to-mongo/mongo-sink';
import type { KeyAction } from '../keys/key-action.js';
import { type Html, html } from './html.js';

/** The texts of an action on one item or on all items of a list: its button, the question before it, and its effect. */
interface Wording {
  readonly name: string;
  /** The button for one item, if it says more. */
  readonly nameOfOne?: string;
  /** `{n}` stands for the item, or for the number of items with their noun. */
  readonly question: string;
  readonly effect: string;
  readonly isBad?: boolean;
}

const KEY_WORDINGS: Readonly<Record<KeyAction, Wording>> = {
  sync: {
    name: 'Sync',
    nameOfOne: 'Sync now',
    question: 'Sync {n} now?',
    effect: 'Requests a job, which runs as soon as a worker is free.',
  },
  pause: {
    name: 'Pause',
    question: 'Pause {n}?',
    effect:
      'Pauses copying until you resume it. Entries that Redis drops meanwhile are lost, and counted as gaps.',
  },
  resume: {
    name: 'Resume',
    question: 'Resume {n}?',
    effect: 'Copying continues from the last position.',
  },
  resync: {
    name: 'Resync',
    nameOfOne: 'Resync from the start',
    question: 'Read {n} from the start again?',
    effect:
      'Starts the next incarnation: everything in Redis is read and written again. Messages of earlier incarnations are kept.',
    isBad: true,
  },
};

const LETTER_WORDINGS: Readonly<Record<'replay' | 'drop', Wording>> = {
  replay: {
    name: 'Replay',
    question: 'Write {n} again?',
    effect:
      'Writes a stored entry again, or reads the key of a value again. What MongoDB refuses again is kept.',
  },
  drop: {
    name: 'Drop',
    question: 'Delete {n} for good?',
    effect: 'Deletes for good. The counts of dead letters stay as they are.',
    isBad: true,
  },
};

/** What actions are on: their wordings, one item in words, and its noun, singular and plural. */
const ITEMS = {
  key: { wordings: KEY_WORDINGS, one: 'this key', nouns: 'key keys' },
  letter: { wordings: LETTER_WORDINGS, one: 'this dead letter', nouns: 'letter letters' },
} as const;

type Item = keyof typeof ITEMS;

/** The buttons for all actions on one item; the page's script asks before it sends one. @param idle actions that would do nothing. */
export function buttonsFor(item: Item, idle: readonly string[] = []): readonly Html[] {
  const { wordings, one } = ITEMS[item];
  return Object.entries<Wording>(wordings)
    .filter(([action]) => !idle.includes(action))
    .map(([action, wording]) => {
      const { name, nameOfOne = name, question } = wording;
      return button(action, { ...wording, name: nameOfOne, question: question.replace('{n}', one) }, '');
    });
}

/** The buttons for all items of a list. @param list its address, by which the server finds the items. */
export function bulkBar(item: Item, list: string): Html {
  const { wordings, nouns } = ITEMS[item];
  const buttons = Object.entries<Wording>(wordings).map(([action, wording]) =>
    button(action, wording, ' small'),
  );
  return html`<div class="bulk" data-bulk="${list}" data-nouns="${nouns}"><span>All that match the filter:</span>${buttons}</div>`;
}

function button(action: string, { name, question, effect, isBad }: Wording, css: string): Html {
  return html`<button type="button" class="${isBad ? 'outline bad' : 'outline'}${css}" data-action="${action}" data-question="${question}" data-effect="${effect}" aria-haspopup="dialog">${name}</button>`;
}

/** The progress of a bulk action. The page's script fills it. */
export function bulkProgress(): Html {
  return html`<section class="panel bulk-progress" id="bulk" aria-label="Bulk action" hidden><p role="status" id="bulk-says"></p><progress id="bulk-bar" max="1" value="0" aria-label="Progress"></progress><button type="button" class="outline small" id="bulk-stop">Stop</button></section>`;
}

/** The buttons of a key's page that have an effect. A paused key has no sync button: no request syncs it. */
export function actionButtons({ key, paused, incarnation }: KeySummary): Html {
  const idle = paused ? ['sync', 'pause'] : ['resume'];
  return html`<section class="actions" aria-label="Actions" id="actions" data-key="${key}" data-incarnation="${incarnation}">${buttonsFor('key', idle)}</section>`;
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
