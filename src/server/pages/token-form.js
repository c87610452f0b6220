/*
 * Runs on the pages that links of mails lead to. The token stands behind the `#`, which browsers do
 * not send; it is taken out of the address at once, and sent when the button is pressed.
 */
const form = document.querySelector('form');
const token = location.hash.slice(1);
history.replaceState(null, '', location.pathname);

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  send().then(
    (outcome) => {
      show(outcome.text);
      if (outcome.isFinal) form.remove();
      else button.disabled = false;
    },
    () => {
      show(form.dataset.failed);
      button.disabled = false;
    },
  );
});

async function send() {
  const response = await post(form.action, { ...Object.fromEntries(new FormData(form)), token });
  const body = await response.json();
  if (response.ok) {
    await endUnusedSession(body);
    return { text: form.dataset.done, isFinal: true };
  }
  if (body.code === 'validation_failed' && token !== '') {
    return { text: form.dataset.weak, isFinal: false };
  }
  if (response.status === 400) return { text: form.dataset.refused, isFinal: true };
  return { text: form.dataset.failed, isFinal: false };
}

/** A reset of a password signs in; this page has no use for that. */
async function endUnusedSession({ refresh }) {
  if (typeof refresh === 'string') await post(form.dataset.logout, { refresh });
}

function post(url, body) {
  return fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function show(text) {
  document.querySelector('[role="status"]').textContent = text;
}
