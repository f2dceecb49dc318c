// Press and speak: the microphone, a session, and the answers.

import { announce, byId, element, facts, setText } from './dom.js';
import { bucketName, languageName, shortTime } from './format.js';
import { Session } from './realtime.js';
import { canRecord, Recorder } from './recorder.js';
import { marked } from './words.js';

const MOST_ANSWERS = 30;
const LONGEST_WAIT = 20_000; // ms, for the last answer

const texts = {
  insecure: 'Only recordings can be used here.',
  unsupported: 'This browser cannot record. A current Firefox, Chrome or Safari can.',
  idle: 'Press the button and speak.',
  starting: 'Opening the microphone …',
  listening: 'Listening.',
  holding: 'Listening. Press again when you have finished.',
  hearing: 'Hearing you.',
  recognizing: 'Recognizing …',
  answered: 'Answered. Listening for more.',
  finishing: 'Recognizing the last words …',
  done: 'Answered. Press to speak again.',
  nothing: 'No words were recognized. Press to speak again.',
};

export class Speak {
  #button = byId('speak');
  #meter = byId('level');
  #partial = byId('partial');
  #choices;
  #recorder = null;
  #session = null;
  #items = new Map(); // the utterances without an answer: item → text so far
  #lastWait = null;
  #heard = false; // speech began and has not ended
  #awaitsItem = false; // an utterance ended that is not among the items yet
  #answers = 0; // of this press

  /** `choices()` returns { model, language, manual }. */
  constructor(choices) {
    this.#choices = choices;
    if (!canRecord) {
      this.#button.disabled = true;
      byId('no-microphone').hidden = window.isSecureContext;
      setText(byId('local-address'), `http://localhost:${location.port || 80}/`);
      this.#show(window.isSecureContext ? 'unsupported' : 'insecure');
      return;
    }
    this.#button.addEventListener('click', () => this.#recorder ? this.#stop() : this.#start());
    // A key that is held down would press the button again and again.
    this.#button.addEventListener('keydown', (event) => event.repeat && event.preventDefault());
    window.addEventListener('pagehide', () => this.#end());
    this.#show('idle');
  }

  /** New choices hold for a running session, too. */
  choicesChanged() {
    if (!this.#recorder || !this.#session) return;
    this.#session.update(this.#choices());
    this.#listen();
  }

  async #start() {
    this.#end(); // an earlier session may still wait for its last answer
    this.#complain(null);
    this.#answers = 0;
    this.#show('starting');
    this.#button.setAttribute('aria-pressed', 'true');
    const recorder = new Recorder((audio, level) => {
      this.#session?.append(audio);
      this.#showLevel(level);
    }, (message) => this.#fail(message));
    this.#recorder = recorder;
    try {
      await recorder.start();
      if (this.#recorder !== recorder) return;
      // The session keeps what is spoken while it opens.
      this.#session = new Session(this.#choices(), (event) => this.#receive(event), (message) => this.#fail(message));
      this.#listen();
    } catch (error) {
      if (this.#recorder === recorder) this.#fail(error.message);
    }
  }

  async #stop() {
    const recorder = this.#recorder;
    this.#recorder = null;
    this.#button.setAttribute('aria-pressed', 'false');
    const session = this.#session;
    await recorder.stop();
    this.#showLevel(0);
    if (this.#recorder || this.#session !== session) return; // pressed again, or failed
    if (session && (this.#heard || this.#choices().manual)) {
      session.commit();
      this.#heard = false;
      this.#awaitsItem = true;
    }
    this.#show('finishing');
    this.#lastWait = setTimeout(() => this.#fail('No answer came. Look at the server, and try again.'), LONGEST_WAIT);
    this.#finish();
  }

  /** Ends the session if there is nothing to wait for. */
  #finish() {
    if (this.#awaitsItem || this.#items.size) return;
    this.#end();
    this.#show(this.#answers ? 'done' : 'nothing');
  }

  #fail(message) {
    this.#end();
    this.#show('idle');
    this.#complain(message);
  }

  #end() {
    clearTimeout(this.#lastWait);
    this.#items.clear();
    this.#heard = false;
    this.#awaitsItem = false;
    this.#recorder?.stop();
    this.#recorder = null;
    this.#session?.close();
    this.#session = null;
    this.#button.setAttribute('aria-pressed', 'false');
    this.#showPartial(null);
    this.#showLevel(0);
  }

  #listen() {
    this.#show(this.#choices().manual ? 'holding' : 'listening');
  }

  #receive(event) {
    const item = event.item_id;
    switch (event.type.split('.').at(-1)) {
      case 'speech_started':
        this.#heard = true;
        if (this.#recorder) this.#show('hearing');
        break;
      case 'speech_stopped':
        this.#heard = false;
        this.#awaitsItem = true;
        if (this.#recorder) this.#show('recognizing');
        break;
      case 'committed':
        this.#heard = false;
        this.#awaitsItem = false;
        this.#items.set(item, this.#items.get(item) ?? '');
        if (this.#recorder) this.#show('recognizing');
        break;
      case 'delta':
        this.#items.set(item, (this.#items.get(item) ?? '') + event.delta);
        this.#showPartial(this.#items.get(item));
        break;
      case 'completed':
        if (event.transcript) this.#addAnswer(event);
        this.#close(item, event.transcript);
        break;
      case 'failed':
        this.#complain(`An utterance was not recognized. ${event.error?.message ?? ''}`);
        this.#close(item);
        break;
      case 'error':
        if (event.error?.code === 'input_audio_buffer_commit_empty') this.#close(item);
        else this.#fail(event.error?.message ?? 'The server reported an error.');
        break;
      default: // nothing that the page shows
    }
  }

  /** An utterance needs nothing more. */
  #close(item, hasAnswer) {
    this.#items.delete(item);
    this.#awaitsItem = false;
    this.#showPartial(null);
    if (!this.#recorder) this.#finish();
    else if (this.#heard) this.#show('hearing');
    else if (hasAnswer) this.#show('answered');
    else this.#listen();
  }

  #show(state) {
    setText(byId('state'), texts[state]);
  }

  #complain(message) {
    const place = byId('speak-error');
    place.hidden = !message;
    setText(place, message ?? '');
  }

  /** From -60 dB to 0 dB. */
  #showLevel(level) {
    const percent = level > 0.001 ? Math.min(100, Math.round(100 + (100 / 60) * 20 * Math.log10(level))) : 0;
    this.#meter.setAttribute('aria-valuenow', percent);
    document.body.style.setProperty('--level', percent / 100);
  }

  #showPartial(text) {
    this.#partial.hidden = !text;
    setText(this.#partial, text ?? '');
  }

  #addAnswer({ transcript, lorikeet = {} }) {
    const text = element('p', { class: 'transcript' }, ...marked(transcript, lorikeet.words));
    const latency = shortTime(lorikeet.latency_seconds);
    // Before the answer came, the speaker was silent for so long.
    const pause = lorikeet.audio_seconds - lorikeet.words?.at(-1)?.end;
    const pairs = [
      ['Answer after', latency], ['Pause', shortTime(pause)], ['Device', lorikeet.device], ['Bucket', lorikeet.bucket && bucketName(lorikeet.bucket)],
      ['Speech', shortTime(lorikeet.audio_seconds)], ['Features', shortTime(lorikeet.features_seconds)],
      ['Encoder', shortTime(lorikeet.encoder_seconds)], ['Decoder', shortTime(lorikeet.decoder_seconds)],
      ['Language', languageName(lorikeet.language)],
    ];
    this.#answers += 1;
    const list = byId('answers');
    list.prepend(element('li', {}, text, facts(pairs)));
    if (list.children.length > MOST_ANSWERS) list.lastElementChild.remove();
    announce(`${text.textContent} Answered after ${latency}.`);
  }
}
