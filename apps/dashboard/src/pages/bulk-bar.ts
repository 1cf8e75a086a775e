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
    effect: 'One job more for each, out of turn, as soon as a worker is free.',
  },
  {
    action: 'pause',
    name: 'Pause',
    question: 'Pause {n}?',
    effect:
      'Nothing of them is copied until they are resumed. What Redis drops of them meanwhile is lost, and counted as gaps.',
  },
  {
    action: 'resume',
    name: 'Resume',
    question: 'Resume {n}?',
    effect: 'They are copied again, from where they were left.',
  },
  {
    action: 'resync',
    name: 'Resync',
    question: 'Read {n} from the start once more?',
    effect:
      'The next incarnation of each begins: all that Redis holds of them is read and written again. The messages of earlier incarnations stay.',
    isBad: true,
  },
];

const LETTERS: readonly BulkButton[] = [
  {
    action: 'replay',
    name: 'Replay',
    question: 'Write {n} once more?',
    effect:
      'Entries are written as they are kept; the keys of values are read anew. What MongoDB refuses again stays.',
  },
  {
    action: 'drop',
    name: 'Drop',
    question: 'Drop {n} for good?',
    effect: 'Their records are gone for good. They go on counting as dead letters of their keys.',
    isBad: true,
  },
];

/** The buttons for all that a list shows. @param list its address, from which the server counts and works. */
export function bulkBar(what: 'keys' | 'letters', list: string): Html {
  const [nouns, buttons] =
    what === 'keys' ? (['key keys', KEYS] as const) : (['letter letters', LETTERS] as const);
  return html`<div class="bulk" data-bulk="${list}" data-nouns="${nouns}"><span>All that the filter shows:</span>${buttons.map(button)}</div>`;
}

function button({ action, name, question, effect, isBad = false }: BulkButton): Html {
  return html`<button type="button" class="${isBad ? 'outline bad' : 'outline'} small" data-action="${action}" data-question="${question}" data-effect="${effect}" aria-haspopup="dialog">${name}</button>`;
}

/** How far a work on many is; the page's script fills it. */
export function bulkProgress(): Html {
  return html`<section class="panel bulk-progress" id="bulk" aria-label="Work on many" hidden><p role="status" id="bulk-says"></p><progress id="bulk-bar" max="1" value="0" aria-label="Progress"></progress><button type="button" class="outline small" id="bulk-stop">Stop</button></section>`;
}
