// The choices, the token, and the parts of the page.

import { access, getJSON, setToken } from './api.js';
import { byId, element, remember, setText } from './dom.js';
import { Files } from './files.js';
import { languageName } from './format.js';
import { Speak } from './speak.js';
import { Status } from './status.js';

const model = byId('model');
const language = byId('language');
const manual = byId('manual');
const languages = new Map(); // model → its languages

const choices = () => ({ model: model.value, language: language.value, manual: manual.checked });

function fillSelect(select, options, wanted) {
  const key = JSON.stringify(options);
  if (select.dataset.options !== key) {
    select.dataset.options = key;
    select.replaceChildren(...options.map(([value, text]) => element('option', { value, text })));
  }
  select.value = options.some(([value]) => value === wanted) ? wanted : options[0]?.[0] ?? '';
}

function fillLanguages() {
  const known = (languages.get(model.value) ?? []).map((code) => [code, languageName(code) ?? code]);
  known.sort(([, one], [, other]) => one.localeCompare(other));
  fillSelect(language, [['', 'Detect'], ...known], remember.get('language') ?? '');
}

async function loadModels() {
  const problem = byId('models-error');
  try {
    const { data } = await getJSON('./v1/models');
    fillSelect(model, data.map(({ id }) => [id, id]), remember.get('model') ?? '');
    fillLanguages();
    problem.hidden = true;
  } catch (error) {
    setText(problem, error.message);
    problem.hidden = false;
  }
}

manual.checked = remember.get('manual') === 'true';
const speak = new Speak(choices);

byId('choices').addEventListener('change', ({ target }) => {
  remember.set(target.id, target === manual ? target.checked : target.value);
  if (target === model) fillLanguages();
  speak.choicesChanged();
});

const tokenForm = byId('token-form');
access.addEventListener('unauthorized', () => {
  if (!tokenForm.hidden) return;
  tokenForm.hidden = false;
  setText(byId('token-help'), byId('token').value ? 'The server did not accept this token.'
    : 'The server asks for a token. It is kept until this tab is closed.');
});
tokenForm.addEventListener('submit', (event) => {
  event.preventDefault();
  tokenForm.hidden = true;
  setToken(byId('token').value);
});
access.addEventListener('token', loadModels);

new Files(choices);
new Status((status) => {
  for (const { model: name, languages: codes } of status.models ?? []) languages.set(name, codes ?? []);
  if (!model.options.length) loadModels(); // the server was away when the page was opened
  fillLanguages();
  tokenForm.hidden = true;
});
loadModels();
