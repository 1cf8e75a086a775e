import type { KeySummary } from '@redis-to-mongo/mongo-sink';
import type { KeyAction } from '../keys/key-action.js';
import { type Html, html } from './html.js';

/** The texts of an action: its button, the question before it, and its effect. */
interface Wording {
  readonly name: string;
  /** For an action on a whole list, `{n}` stands for the number of items, with the noun. */
  readonly question: string;
  readonly effect: string;
  readonly isBad?: boolean;
}

type LetterAction = 'replay' | 'drop';

/** The actions on one key, on all keys of a list, on one dead letter, and on all dead letters of a list. */
interface Wordings {
  readonly key: Readonly<Record<KeyAction, Wording>>;
  readonly keys: Readonly<Record<KeyAction, Wording>>;
  readonly letter: Readonly<Record<LetterAction, Wording>>;
  readonly letters: Readonly<Record<LetterAction, Wording>>;
}

const WORDINGS: Wordings = {
  key: {
    sync: {
      name: 'Sync now',
      question: 'Sync this key now?',
      effect: 'Requests a job for the key, as soon as a worker is free.',
    },
    pause: {
      name: 'Pause',
      question: 'Pause this key?',
      effect:
        'Pauses copying this key until you resume it. Entries that Redis drops meanwhile are lost, and counted as a gap.',
    },
    resume: {
      name: 'Resume',
      question: 'Resume this key?',
      effect: 'Copying continues from the last position.',
    },
    resync: {
      name: 'Resync from the start',
      question: 'Read this key from the start again?',
      effect:
        'Starts the next incarnation: everything in Redis is read and written again. Messages of earlier incarnations are kept.',
      isBad: true,
    },
  },
  keys: {
    sync: {
      name: 'Sync',
      question: 'Sync {n} now?',
      effect: 'Requests a job for each key, as soon as a worker is free.',
    },
    pause: {
      name: 'Pause',
      question: 'Pause {n}?',
      effect:
        'Pauses copying these keys until you resume them. Entries that Redis drops meanwhile are lost, and counted as gaps.',
    },
    resume: {
      name: 'Resume',
      question: 'Resume {n}?',
      effect: 'Copying continues from the last position of each key.',
    },
    resync: {
      name: 'Resync',
      question: 'Read {n} from the start again?',
      effect:
        'Starts the next incarnation of each key: everything in Redis is read and written again. Messages of earlier incarnations are kept.',
      isBad: true,
    },
  },
  letter: {
    replay: {
      name: 'Replay',
      question: 'Write this record again?',
      effect:
        'Writes the stored entry, or reads the key of the value again. If MongoDB refuses it again, the dead letter is kept.',
    },
    drop: {
      name: 'Drop',
      question: 'Delete this dead letter for good?',
      effect: 'Deletes the record for good. It still counts as a dead letter of its key.',
      isBad: true,
    },
  },
  letters: {
    replay: {
      name: 'Replay',
      question: 'Write {n} again?',
      effect:
        'Writes the stored entries, and reads the keys of values again. Records that MongoDB refuses again are kept.',
    },
    drop: {
      name: 'Drop',
      question: 'Delete {n} for good?',
      effect: 'Deletes the records for good. They still count as dead letters of their keys.',
      isBad: true,
    },
  },
};

/** The buttons for all actions on something; the page's script asks before it sends one. @param idle actions that would do nothing. */
export function buttonsFor(what: keyof Wordings, css = '', idle: readonly string[] = []): readonly Html[] {
  return Object.entries<Wording>(WORDINGS[what])
    .filter(([action]) => !idle.includes(action))
    .map(
      ([action, { name, question, effect, isBad }]) =>
        html`<button type="button" class="${isBad ? 'outline bad' : 'outline'}${css}" data-action="${action}" data-question="${question}" data-effect="${effect}" aria-haspopup="dialog">${name}</button>`,
    );
}

/** The buttons for all items of a list. @param list its address, by which the server finds the items. */
export function bulkBar(what: 'keys' | 'letters', list: string): Html {
  const nouns = what === 'keys' ? 'key keys' : 'letter letters';
  return html`<div class="bulk" data-bulk="${list}" data-nouns="${nouns}"><span>All that match the filter:</span>${buttonsFor(what, ' small')}</div>`;
}

/** The progress of a bulk action. The page's script fills it. */
export function bulkProgress(): Html {
  return html`<section class="panel bulk-progress" id="bulk" aria-label="Bulk action" hidden><p role="status" id="bulk-says"></p><progress id="bulk-bar" max="1" value="0" aria-label="Progress"></progress><button type="button" class="outline small" id="bulk-stop">Stop</button></section>`;
}

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
