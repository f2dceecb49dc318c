// One recording: the upload, and the answer as it comes.

import { address, currentToken, errorFrom, ServerError } from './api.js';

/** Server-sent events from text in pieces of any length. Returns a function that takes the next piece. */
export function eventReader(onData) {
  let rest = '';
  let data = [];
  return (piece) => {
    const lines = (rest + piece).split(/\r?\n/);
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith('data:')) {
        data.push(line.slice(line[5] === ' ' ? 6 : 5));
      } else if (!line && data.length) {
        onData(data.join('\n'));
        data = [];
      }
    }
  };
}

/**
 * Sends a recording and returns the fields of `transcript.text.done`.
 * `onUpload(part)` gets 0 to 1, `onText(delta, end)` each part of the text.
 */
export function transcribe(file, { model, language }, { onUpload, onText, signal }) {
  const form = new FormData();
  const fields = [
    ['model', model], ['language', language], ['response_format', 'verbose_json'], ['timestamp_granularities[]', 'segment'],
    ['timestamp_granularities[]', 'word'], ['stream', 'true'],
  ];
  for (const [name, value] of fields) if (value) form.append(name, value);
  form.append('file', file, file.name); // last: the fields before it decide

  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much is sent
    let taken = 0;
    const fail = (error) => {
      reject(error);
      request.abort();
    };
    const read = eventReader((data) => {
      const event = JSON.parse(data);
      if (event.type === 'transcript.text.delta') onText(event.delta, event.end);
      else if (event.type === 'transcript.text.done') resolve(event);
      else if (event.error || event.type === 'error') fail(new ServerError((event.error ?? event).message));
    });
    const readMore = () => {
      const piece = request.responseText.slice(taken);
      taken += piece.length;
      read(piece);
    };
    const isStream = () => request.status === 200 && request.getResponseHeader('Content-Type')?.startsWith('text/event-stream');

    request.open('POST', address('./v1/audio/transcriptions'));
    if (currentToken()) request.setRequestHeader('Authorization', `Bearer ${currentToken()}`);
    request.upload.onprogress = ({ loaded, total }) => onUpload(total ? loaded / total : 0);
    request.upload.onload = () => onUpload(1);
    request.onprogress = () => isStream() && readMore();
    request.onload = () => {
      if (isStream()) {
        readMore();
        read('\n\n');
        reject(new ServerError('The server’s answer ended too early.'));
      } else {
        reject(errorFrom(request.status, request.responseText, request.getResponseHeader('Retry-After')));
      }
    };
    request.onerror = () => reject(new ServerError('The connection to the server broke. It may have refused the recording.'));
    request.onabort = () => reject(new DOMException('Cancelled', 'AbortError'));
    signal.addEventListener('abort', () => request.abort());
    if (signal.aborted) fail(new DOMException('Cancelled', 'AbortError'));
    else request.send(form);
  });
}

/** The recording's length in seconds, if the browser can tell it. */
export function durationOf(file) {
  return new Promise((resolve) => {
    const audio = new Audio();
    const url = URL.createObjectURL(file);
    const end = (seconds) => {
      URL.revokeObjectURL(url);
      resolve(Number.isFinite(seconds) && seconds > 0 ? seconds : null);
    };
    audio.preload = 'metadata';
    audio.onloadedmetadata = () => end(audio.duration);
    audio.onerror = () => end(null);
    audio.src = url;
  });
}
