/*
 * Runs on the pages behind mailed links. The token comes after the `#`, which browsers do not send.
 * The script removes it from the address at once, and sends it when the button is pressed.
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
      list(outcome.items ?? []);
      if (outcome.isFinal) end();
      else button.disabled = false;
    },
    () => {
      show(form.dataset.failed);
      button.disabled = false;
    },
  );
});

/** Replaces the form by the link to the next page. */
function end() {
  form.remove();
  const next = document.querySelector('#next');
  // After the list, if there is one.
  document.querySelector('main').append(next);
  next.hidden = false;
}

async function send() {
  const response = await post(form.action, { ...Object.fromEntries(new FormData(form)), token });
  const body = await response.json();
  if (response.ok) {
    await endUnusedSession(body);
    return { text: form.dataset.done, items: wordsOf(body.undone ?? []), isFinal: true };
  }
  if (body.errors?.old_password !== undefined && askForOldPassword()) {
    return { text: form.dataset.oldNeeded, isFinal: false };
  }
  if (body.code === 'invalid_credentials') return { text: form.dataset.oldWrong, isFinal: false };
  if (body.code === 'validation_failed' && token !== '') {
    return { text: form.dataset.weak, isFinal: false };
  }
  if (response.status === 400) return { text: form.dataset.refused, isFinal: true };
  return { text: form.dataset.failed, isFinal: false };
}

/** Shows the field for the old password, which most people are never asked for. */
function askForOldPassword() {
  const field = form.elements.old_password;
  if (field === undefined) return false;
  field.disabled = false;
  field.parentElement.hidden = false;
  field.focus();
  return true;
}

/** The reversed changes, in the words of the mails. */
function wordsOf(undone) {
  const words = JSON.parse(form.dataset.changes);
  return undone.map(({ type, factor, is_undone }) => {
    const what = factor === null ? (words[type] ?? type) : `${words[type] ?? type} (${factor})`;
    return is_undone ? what : `${what}: ${form.dataset.notUndone}`;
  });
}

/** A password reset signs in; this page has no use for the session. */
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

function list(items) {
  if (items.length === 0) return;
  const lead = document.createElement('p');
  lead.textContent = form.dataset.undone;
  const all = document.createElement('ul');
  for (const item of items) {
    const entry = document.createElement('li');
    entry.textContent = item;
    all.append(entry);
  }
  document.querySelector('main').append(lead, all);
}
