// The microphone as chunks of 16 kHz, 16 bit.

import { address } from './api.js';

/** Without a secure context there is neither. */
export const canRecord = Boolean(navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode);

const reasons = {
  NotAllowedError: 'The browser does not allow the microphone here. Select the icon beside the address, allow the microphone, and press again. '
    + 'Your system’s settings must allow it for the browser, too.',
  NotFoundError: 'There is no microphone. Connect one and press again.',
  NotReadableError: 'The microphone cannot be opened. Another program may be using it.',
};

export class Recorder {
  #stream = null;
  #context = null;
  #node = null;
  #stopped = false;

  /** `onChunk(samples, level)`; `onLost(message)` when the microphone goes away. */
  constructor(onChunk, onLost) {
    this.onChunk = onChunk;
    this.onLost = onLost;
  }

  async start() {
    try {
      const prepared = this.#prepare({ sampleRate: 16_000 });
      prepared.catch(() => {});
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
      await prepared;
      if (!this.#stopped) await this.#connect();
    } catch (error) {
      this.#release();
      throw new Error(reasons[error.name] ?? `The microphone cannot be opened. ${error.message}`, { cause: error });
    }
    if (this.#stopped) this.#release();
  }

  async #prepare(options) {
    this.#context = new AudioContext({ latencyHint: 'interactive', ...options });
    await this.#context.audioWorklet.addModule(address('./capture-worklet.js'));
  }

  async #connect() {
    // Some browsers refuse another rate than the microphone's: then the worklet resamples.
    let source;
    try {
      source = this.#context.createMediaStreamSource(this.#stream);
    } catch {
      await this.#context.close();
      await this.#prepare({});
      source = this.#context.createMediaStreamSource(this.#stream);
    }
    await this.#context.resume();
    if (this.#stopped) return;

    this.#node = new AudioWorkletNode(this.#context, 'capture', { channelCount: 1, channelCountMode: 'explicit' });
    this.#node.port.onmessage = ({ data }) => data && this.onChunk(data.audio, data.level);
    source.connect(this.#node);
    this.#node.connect(this.#context.destination); // silent, but some browsers run only what is connected

    const [track] = this.#stream.getAudioTracks();
    track.addEventListener('ended', () => this.#lost('The microphone was disconnected or switched off.'));
    this.#context.addEventListener('statechange', () => {
      if (this.#context?.state === 'interrupted') this.#lost('The system took the microphone away, perhaps for a call.');
    });
  }

  #lost(message) {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#release();
    this.onLost(message);
  }

  /** Ends the recording; all that was spoken has gone to `onChunk` when this returns. */
  async stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    const node = this.#node;
    if (node) {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, 300);
        node.port.onmessage = ({ data }) => {
          if (data) {
            this.onChunk(data.audio, data.level);
          } else {
            clearTimeout(timer);
            resolve();
          }
        };
        node.port.postMessage('stop');
      });
    }
    this.#release();
  }

  #release() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#node?.disconnect();
    this.#context?.close().catch(() => {});
    this.#stream = this.#context = this.#node = null;
  }
}
