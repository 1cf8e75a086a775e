// What buttons of operators share: the dialog that asks first, the line that shows what came of it, and the requests.

const dialog = document.getElementById('confirm');
const resultText = document.getElementById('action-result');
const token = document.querySelector('meta[name="csrf-token"]')?.content ?? '';
const part = (name) => document.getElementById(`confirm-${name}`);

/** Asks an operator. @param key what it is about. @param yes the text of the button that does it. */
export function ask({ question, key, effect, yes, isDanger }) {
  for (const [name, text] of Object.entries({ question, key, effect, yes })) part(name).textContent = text;
  part('yes').className = isDanger ? 'danger' : '';
  dialog.returnValue = '';
  dialog.showModal();
}

/** Called whenever the operator has said yes. */
export function onYes(listener) {
  dialog?.addEventListener('close', () => {
    if (dialog.returnValue === 'yes') void listener();
  });
  // A click beside the dialog closes it.
  dialog?.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close();
  });
}

export function announce(text, isBad = false) {
  resultText.textContent = text;
  resultText.classList.toggle('bad', isBad);
}

/** Sends a request, as JSON if it has a body. @returns the answer's content; an `error` if it is refused, or does not come. */
export async function send(path, body) {
  const answer = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { accept: 'application/json', 'x-csrf-token': token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => undefined);
  const value = (await answer?.json().catch(() => undefined)) ?? {};
  const silent = `The dashboard does not answer${body === undefined ? '.' : '; it is unknown whether the action ran.'}`;
  return answer?.ok ? value : { error: value.error ?? silent };
}
