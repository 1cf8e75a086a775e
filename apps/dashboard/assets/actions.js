// The buttons of a key's page: a dialog asks first, then the dashboard is told.

const actions = document.getElementById('actions');
const dialog = document.getElementById('confirm');
const told = document.getElementById('told');
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? '';
const part = (name) => document.getElementById(`confirm-${name}`);
let asked;

function ask(button) {
  asked = button.dataset.action;
  part('question').textContent = button.dataset.question;
  part('effect').textContent = button.dataset.effect;
  part('key').textContent = document.querySelector('h1').textContent;
  part('yes').textContent = button.textContent;
  part('yes').className = asked === 'resync' ? 'danger' : '';
  dialog.returnValue = '';
  dialog.showModal();
}

async function send(action) {
  told.textContent = '…';
  const answer = await fetch('/keys/actions', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': token },
    body: JSON.stringify({ action, key: actions.dataset.key }),
  }).catch(() => undefined);
  const { message, error } = (await answer?.json().catch(() => undefined)) ?? {};
  told.textContent = message ?? error ?? 'The dashboard does not answer; nothing is known to have changed.';
  told.className = answer?.ok ? '' : 'bad';
  if (answer?.ok && (action === 'pause' || action === 'resume')) swap(action);
  document.dispatchEvent(new CustomEvent('r2m:changed'));
}

/** Of pause and resume only one makes sense. */
function swap(done) {
  for (const button of actions.querySelectorAll('[data-action="pause"], [data-action="resume"]'))
    button.hidden = button.dataset.action === done;
}

actions?.addEventListener('click', ({ target }) => {
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
