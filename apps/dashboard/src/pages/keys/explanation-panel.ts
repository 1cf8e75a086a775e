import type { KeyExplanation } from '../../keys/key-detail.js';
import { count } from '../format.js';
import { type Content, type Html, html } from '../html.js';

const FORMS = {
  entries: 'a document for each entry',
  inline: 'one document',
  members: 'a document for each part',
} as const;

/** Which rule holds for a key, where it is kept, and in which form: as the command `explain` shows. */
export function explanationPanel({ choice, rule, stored }: KeyExplanation): Html {
  const facts: readonly (readonly [name: string, value: Content])[] = [
    ['Chosen', choice.why],
    ['Rule', [rule.says, ...rule.does].join('; ')],
    ['Collection', stored?.collection ?? rule.collection],
    ['Document', stored ? html`<code>${stored.id}</code>` : 'none'],
    ['Form', stored ? FORMS[stored.form] : '–'],
    ['Size', stored?.size === undefined || stored.size === null ? '–' : count(stored.size)],
  ];
  return html`<section class="panel" aria-labelledby="explained"><h2 id="explained">How it is mirrored</h2><dl class="explained">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}
