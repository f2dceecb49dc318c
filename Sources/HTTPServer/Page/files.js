// Recordings from files, one after the other.

import { access } from './api.js';
import { announce, byId, element, setText } from './dom.js';
import { clock, languageName, size } from './format.js';
import { toSRT, toVTT } from './subtitles.js';
import { durationOf, transcribe } from './upload.js';
import { marked } from './words.js';

function save(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  element('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without TLS there is no clipboard, but the old way works.
  const area = element('textarea', { class: 'unseen' });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

const button = (text, label, click) => element('button', { type: 'button', 'aria-label': label, text, click });

class Job {
  #control = null;
  #duration = null;
  #end = 0;
  #status = element('p', { class: 'quiet' });
  #progress = element('progress', { max: 1 });
  #text = element('p', { class: 'transcript growing' });
  #result = element('ol', { class: 'segments', role: 'list' });
  #actions = element('div', { class: 'actions' });

  constructor(file, choices, onChange) {
    this.file = file;
    this.getChoices = choices;
    this.onChange = onChange;
    this.#progress.setAttribute('aria-label', `Progress of ${file.name}`);
    this.#result.setAttribute('aria-label', `Transcript of ${file.name}`);
    this.node = element('li', {},
      element('h3', {}, element('span', { text: file.name }), ' ', element('span', { class: 'quiet', text: size(file.size) })),
      this.#status, this.#progress, this.#text, this.#result, this.#actions);
    this.wait();
  }

  #show(state, status) {
    this.state = state;
    this.node.dataset.state = state;
    setText(this.#status, status);
    this.#progress.hidden = state !== 'running';
    this.#text.hidden = state === 'done' || !this.#text.textContent;
    const { name } = this.file;
    const remove = button('Remove', `Remove ${name}`, () => this.remove());
    if (state === 'done') this.#actions.append(remove);
    else if (state === 'failed') this.#actions.replaceChildren(button('Try again', `Try ${name} again`, () => this.wait()), remove);
    else this.#actions.replaceChildren(button('Cancel', `Cancel ${name}`, () => this.cancel()));
    this.onChange();
  }

  wait() {
    this.needsToken = false;
    this.choices = this.getChoices();
    this.#text.replaceChildren();
    this.#show('waiting', 'Waits for the one before.');
  }

  cancel() {
    if (this.#control) this.#control.abort();
    else this.#show('failed', 'Cancelled.');
  }

  remove() {
    this.node.remove();
    this.state = 'removed';
    this.onChange();
  }

  async run() {
    this.#control = new AbortController();
    this.#end = 0;
    this.#progress.removeAttribute('value');
    this.#show('running', 'Uploading …');
    durationOf(this.file).then((seconds) => {
      this.#duration = seconds;
    });
    try {
      const done = await transcribe(this.file, this.choices, {
        signal: this.#control.signal,
        onUpload: (part) => this.#uploaded(part),
        onText: (delta, end) => this.#recognized(delta, end),
      });
      this.#finish(done);
    } catch (error) {
      this.needsToken = error.status === 401;
      const message = error.name === 'AbortError' ? 'Cancelled.' : error.message;
      this.#show('failed', message);
      announce(`${this.file.name}: ${message}`);
    }
    this.#control = null;
  }

  #uploaded(part) {
    if (part < 1) {
      this.#progress.value = part;
      setText(this.#status, `Uploading: ${Math.floor(part * 100)} %`);
    } else if (!this.#end) {
      this.#progress.removeAttribute('value');
      setText(this.#status, 'Uploaded. Recognizing …');
    }
  }

  #recognized(delta, end) {
    this.#text.append(delta);
    this.#text.normalize();
    this.#text.hidden = false;
    if (typeof end !== 'number') return;
    this.#end = end;
    const whole = this.#duration ? ` of ${clock(this.#duration)}` : '';
    setText(this.#status, `Recognized ${clock(end)}${whole}`);
    if (whole) this.#progress.value = Math.min(1, end / this.#duration);
  }

  #finish({ text, segments, words, duration, language }) {
    const { name } = this.file;
    const cues = segments ?? [];
    const base = name.replace(/\.[^.]+$/, '') || 'transcript';
    let first = 0; // the segment's words are the next that begin before the next segment
    this.#result.replaceChildren(...cues.map((cue, index) => {
      const next = cues[index + 1]?.start ?? Infinity;
      const from = first;
      while (words?.[first]?.start < next) first += 1;
      return element('li', {},
        element('span', { class: 'time', text: clock(cue.start) }), element('span', {}, ...marked(cue.text, words?.slice(from, first))));
    }));
    if (cues.length > 6) this.#result.tabIndex = 0; // it scrolls

    const copyButton = button('Copy', `Copy the text of ${name}`, async () => {
      const result = await copy(text).then(() => 'Copied', () => 'Not copied');
      setText(copyButton, result);
      announce(result);
      setTimeout(() => setText(copyButton, 'Copy'), 2000);
    });
    const label = (format) => `Save the text of ${name} as ${format}`;
    this.#actions.replaceChildren(
      element('span', { class: 'quiet', text: 'Save as' }),
      button('.txt', label('plain text'), () => save(`${base}.txt`, `${text}\n`)),
      button('.srt', label('SRT'), () => save(`${base}.srt`, toSRT(cues))),
      button('.vtt', label('WebVTT'), () => save(`${base}.vtt`, toVTT(cues))),
      copyButton);
    const facts = [text ? 'Done' : 'Done. No words were recognized', duration ? clock(duration) : null, languageName(language)];
    this.#show('done', facts.filter(Boolean).join(' · '));
    announce(`${name} is done. ${text.length < 300 ? text : ''}`);
  }
}

export class Files {
  #jobs = [];
  #running = false;

  /** `choices()` returns { model, language }. */
  constructor(choices) {
    const input = byId('file-input');
    const add = (files) => {
      for (const file of files) {
        const job = new Job(file, choices, () => this.#next());
        this.#jobs.push(job);
        byId('jobs').append(job.node);
      }
      this.#next();
    };
    byId('choose').addEventListener('click', () => input.click());
    input.addEventListener('change', () => {
      add(input.files);
      input.value = '';
    });

    // The whole page takes recordings.
    for (const kind of ['dragover', 'dragleave', 'drop']) {
      document.addEventListener(kind, (event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        document.body.classList.toggle('dropping', kind === 'dragover');
        if (kind === 'drop') add(event.dataTransfer.files);
      });
    }
    access.addEventListener('token', () => this.#jobs.filter((job) => job.needsToken).forEach((job) => job.wait()));
  }

  async #next() {
    this.#jobs = this.#jobs.filter(({ state }) => state !== 'removed');
    if (this.#running) return;
    const job = this.#jobs.find(({ state }) => state === 'waiting');
    if (!job) return;
    this.#running = true;
    await job.run();
    this.#running = false;
    this.#next();
  }
}
