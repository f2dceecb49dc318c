// In the audio thread: out come chunks of 50 ms at 16 kHz, 16 bit, whatever the microphone's rate.

const RATE = 16_000;
const CHUNK = 800;
const CROSSINGS = 16; // of the sinc, on each side
const STEPS = 64; // of the table, for each input sample

/** Resamples by a sinc with a Blackman window, of which the table holds one half. */
class Resampler {
  constructor(rate) {
    this.ratio = rate / RATE;
    const cutoff = Math.min(1, 1 / this.ratio) * 0.94;
    this.half = Math.ceil(CROSSINGS / cutoff);
    this.table = new Float32Array(this.half * STEPS + 2);
    for (let index = 0; index < this.half * STEPS; index += 1) {
      const x = index / STEPS;
      const angle = (Math.PI * x) / this.half;
      const window = 0.42 + 0.5 * Math.cos(angle) + 0.08 * Math.cos(2 * angle);
      const phase = Math.PI * x * cutoff;
      this.table[index] = cutoff * window * (index ? Math.sin(phase) / phase : 1);
    }
    this.input = new Float32Array(0);
    this.position = 0; // of the next output sample in `input`
  }

  push(samples, output) {
    const input = new Float32Array(this.input.length + samples.length);
    input.set(this.input);
    input.set(samples, this.input.length);
    while (this.position + this.half < input.length) {
      const first = Math.max(0, Math.ceil(this.position - this.half));
      const last = Math.floor(this.position + this.half);
      let sum = 0;
      for (let index = first; index <= last; index += 1) {
        const place = Math.abs(index - this.position) * STEPS;
        const below = Math.floor(place);
        const value = this.table[below];
        sum += input[index] * (value + (place - below) * (this.table[below + 1] - value));
      }
      output(sum);
      this.position += this.ratio;
    }
    const used = Math.max(0, Math.floor(this.position - this.half));
    this.input = input.slice(used);
    this.position -= used;
  }
}

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = sampleRate === RATE ? null : new Resampler(sampleRate);
    this.take = this.take.bind(this);
    this.running = true;
    this.chunk = new Int16Array(CHUNK);
    this.count = 0;
    this.squares = 0;
    this.port.onmessage = () => {
      this.running = false;
      this.send();
      this.port.postMessage(null);
    };
  }

  take(sample) {
    const value = Math.max(-1, Math.min(1, sample));
    this.chunk[this.count] = Math.round(value * 32_767);
    this.count += 1;
    this.squares += value * value;
    if (this.count === CHUNK) this.send();
  }

  send() {
    if (this.count) this.port.postMessage({ audio: this.chunk.slice(0, this.count), level: Math.sqrt(this.squares / this.count) });
    this.count = 0;
    this.squares = 0;
  }

  process([input]) {
    if (this.running && input.length) {
      if (this.resampler) this.resampler.push(input[0], this.take);
      else input[0].forEach(this.take);
    }
    return this.running;
  }
}

registerProcessor('capture', Capture);
