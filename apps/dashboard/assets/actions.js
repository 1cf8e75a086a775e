// The buttons of a key's page, and of a dead letter's: a dialog asks first, then the request is sent.

const dialog = document.getElementById('confirm');
const resultText = document.getElementById('action-result');
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? '';
const part = (name) => document.getElementById(`confirm-${name}`);
const SHOWN_MS = 8000;
let asked;
let incarnation;
let hiding;

function ask(button) {
  asked = button.dataset.action;
  incarnation = Number(button.parentElement.dataset.incarnation);
  part('question').textContent = button.dataset.question;
  part('effect').textContent = button.dataset.effect;
  part('key').textContent = document.querySelector('h1').textContent;
  part('yes').textContent = button.textContent;
  part('yes').className = asked === 'resync' ? 'danger' : '';
  dialog.returnValue = '';
  dialog.showModal();
}

async function send(action) {
  resultText.textContent = '…';
  const { path = 'keys/actions', key, letter } = document.getElementById('actions').dataset;
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': token },
    body: JSON.stringify(letter === undefined ? { action, key, incarnation } : { action, letter }),
  }).catch(() => undefined);
  const { message, error } = (await answer?.json().catch(() => undefined)) ?? {};
  resultText.textContent =
    message ?? error ?? 'The dashboard does not answer; it is unknown whether the action ran.';
  resultText.classList.toggle('bad', !answer?.ok);
  clearTimeout(hiding);
  hiding = setTimeout(() => (resultText.textContent = ''), SHOWN_MS);
  document.dispatchEvent(new CustomEvent('r2m:changed'));
}

document.getElementById('main').addEventListener('click', ({ target }) => {
  const button = target.closest('[data-action]');
  if (button) ask(button);
});
dialog?.addEventListener('close', () => {
  if (dialog.returnValue === 'yes') void send(asked);
});
// A click beside the dialog closes it.
dialog?.addEventListener('click', ({ target }) => {
  if (target === dialog) dialog.close();
});
