import { type Html, html } from './html.js';

/** What can be done to all that a list's filter shows. `{n}` stands for their number with its noun. */
export interface BulkButton {
  readonly action: string;
  readonly name: string;
  readonly question: string;
  readonly effect: string;
  readonly isBad?: boolean;
}

const KEYS: readonly BulkButton[] = [
  {
    action: 'sync',
    name: 'Sync',
    question: 'Sync {n} now?',
    effect: 'Requests a job for each key, as soon as a worker is free.',
  },
  {
    action: 'pause',
    name: 'Pause',
    question: 'Pause {n}?',
    effect:
      'Pauses copying these keys until you resume them. Entries that Redis drops meanwhile are lost, and counted as gaps.',
  },
  {
    action: 'resume',
    name: 'Resume',
    question: 'Resume {n}?',
    effect: 'Copying continues from the last position of each key.',
  },
  {
    action: 'resync',
    name: 'Resync',
    question: 'Read {n} from the start again?',
    effect:
      'Starts the next incarnation of each key: everything in Redis is read and written again. Messages of earlier incarnations are kept.',
    isBad: true,
  },
];

const LETTERS: readonly BulkButton[] = [
  {
    action: 'replay',
    name: 'Replay',
    question: 'Write {n} again?',
    effect:
      'Writes the stored entries, and reads the keys of values again. Records that MongoDB refuses again are kept.',
  },
  {
    action: 'drop',
    name: 'Drop',
    question: 'Delete {n} for good?',
    effect: 'Deletes the records for good. They still count as dead letters of their keys.',
    isBad: true,
  },
];

/** The buttons for all that a list shows. @param list its address, from which the server counts and works. */
export function bulkBar(what: 'keys' | 'letters', list: string): Html {
  const [nouns, buttons] =
    what === 'keys' ? (['key keys', KEYS] as const) : (['letter letters', LETTERS] as const);
  return html`<div class="bulk" data-bulk="${list}" data-nouns="${nouns}"><span>All that match the filter:</span>${buttons.map(button)}</div>`;
}

function button({ action, name, question, effect, isBad = false }: BulkButton): Html {
  return html`<button type="button" class="${isBad ? 'outline bad' : 'outline'} small" data-action="${action}" data-question="${question}" data-effect="${effect}" aria-haspopup="dialog">${name}</button>`;
}

/** How far a work on many is; the page's script fills it. */
export function bulkProgress(): Html {
  return html`<section class="panel bulk-progress" id="bulk" aria-label="Bulk action" hidden><p role="status" id="bulk-says"></p><progress id="bulk-bar" max="1" value="0" aria-label="Progress"></progress><button type="button" class="outline small" id="bulk-stop">Stop</button></section>`;
}
