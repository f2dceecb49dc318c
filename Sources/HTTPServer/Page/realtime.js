// One transcription session over a WebSocket.

import { currentToken, getJSON, socketAddress } from './api.js';

const MOST_WAITING = 2_500_000; // bytes; about a minute of speech

function base64(samples) {
  return btoa(String.fromCharCode(...new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)));
}

export class Session {
  #socket = null;
  #waiting = [];
  #over = false;

  /** `onEvent(event)` gets the server's events, `onEnd(message)` an end that nobody asked for. */
  constructor(choices, onEvent, onEnd) {
    this.onEvent = onEvent;
    this.onEnd = onEnd;
    this.update(choices); // waits until the socket is open, as all that is sent before

    const url = socketAddress('./v1/realtime');
    url.searchParams.set('intent', 'transcription');
    if (choices.model) url.searchParams.set('model', choices.model);
    const protocols = ['realtime'];
    if (currentToken()) protocols.push(`openai-insecure-api-key.${currentToken()}`);
    try {
      this.#socket = new WebSocket(url, protocols);
    } catch {
      queueMicrotask(() => this.#end('The browser cannot send this token. Use one of letters and digits.'));
      return;
    }

    let opened = false;
    this.#socket.onopen = () => {
      opened = true;
      for (const message of this.#waiting) this.#socket.send(message);
      this.#waiting = null;
    };
    this.#socket.onmessage = ({ data }) => {
      if (!this.#over) this.onEvent(JSON.parse(data));
    };
    this.#socket.onclose = async ({ reason }) => {
      if (this.#over) return;
      this.#end(opened ? `The connection to the server closed. ${reason}` : await whyRefused());
    };
  }

  #end(message) {
    if (this.#over) return;
    this.close();
    this.onEnd(message);
  }

  #send(event) {
    if (this.#over) return;
    const message = JSON.stringify(event);
    if (this.#waiting) this.#waiting.push(message);
    else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(message);
    if (this.#socket?.bufferedAmount > MOST_WAITING) this.#end('The server does not keep up with the speech.');
  }

  update({ model, language, manual }) {
    const transcription = { model, language: language || undefined };
    this.#send({
      type: 'session.update',
      session: {
        type: 'transcription',
        audio: { input: { format: { type: 'audio/pcm', rate: 16_000 }, transcription, turn_detection: manual ? null : { type: 'server_vad' } } },
      },
    });
  }

  append(samples) {
    this.#send({ type: 'input_audio_buffer.append', audio: base64(samples) });
  }

  commit() {
    this.#send({ type: 'input_audio_buffer.commit' });
  }

  close() {
    this.#over = true;
    this.#socket?.close();
  }
}

/** A browser does not say why a WebSocket was refused; another request may get the same answer. */
async function whyRefused() {
  try {
    await getJSON('./v1/models');
    return 'The server did not open a session. It may have too many already. Try again in a moment.';
  } catch (error) {
    return error.message;
  }
}
