// What the server does, every two seconds while the page is visible.

import { access, getJSON } from './api.js';
import { byId, element, setText, svg } from './dom.js';
import { bucketName, clock, shortTime, size } from './format.js';

const SPAN = 60; // seconds in the chart
const HEIGHT = 96;

function bucket({ bucket: seconds, state, bytes, from_cache: fromCache }) {
  const words = [bucketName(seconds), state === 'ready' ? null : state, size(bytes)];
  const title = state === 'ready' && fromCache ? 'ready, from the cache' : state;
  return element('li', { class: state, title, text: words.filter(Boolean).join(' · ') });
}

function counters({ inferences, hits, loads, evictions, fallbacks, failures, busy_seconds: busy }) {
  return [
    [inferences, 'inferences'], [hits, 'with a loaded encoder'], [loads, 'loads'], [evictions, 'unloads'],
    [fallbacks, 'done elsewhere'], [failures, 'failures'], [shortTime(busy), 'busy'],
  ].filter(([count]) => count && count !== '0.0 ms').map(([count, name]) => `${count} ${count === 1 ? name.replace(/s$/, '') : name}`).join(' · ');
}

function device(device) {
  const note = (text) => text ? element('p', { class: 'quiet small', text }) : null;
  return element('li', { class: 'device' },
    element('h4', {}, device.name, element('span', { class: `state ${device.state}`, text: device.state })),
    note(device.why),
    element('ul', { class: 'buckets', role: 'list', 'aria-label': `Encoders on ${device.name}` }, ...(device.encoders ?? []).map(bucket)),
    note(counters(device)));
}

function model({ model: name, state, devices, speculation }) {
  const { started = 0, used = 0, saved_seconds: saved = 0 } = speculation ?? {};
  return element('li', {},
    element('h3', {}, `${name} `, element('span', { class: 'quiet', text: state })),
    element('ul', { class: 'plain', role: 'list', 'aria-label': `Devices of ${name}` }, ...(devices ?? []).map(device)),
    started ? element('p', { class: 'quiet small', text: `${used} of ${started} early starts were used. They saved ${shortTime(saved)}.` }) : null);
}

function median(sorted) {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function showChart(recent) {
  const answers = recent.filter(({ latency_seconds: latency, seconds_ago: ago }) => latency >= 0 && ago <= SPAN);
  const sorted = answers.map(({ latency_seconds: latency }) => latency).sort((a, b) => a - b);
  const count = sorted.length === 1 ? 'One answer' : `${sorted.length || 'No'} answers`;
  const measures = sorted.length ? `: median ${shortTime(median(sorted))}, worst ${shortTime(sorted.at(-1))}` : '';
  const words = `${count} in the last minute${measures}.`;
  setText(byId('latency'), words);

  const chart = byId('chart');
  const width = chart.clientWidth || 320;
  const top = Math.max(sorted.at(-1) ?? 0, 0.01);
  const [upper, lower] = [16, HEIGHT - 18];
  const x = (ago) => (width - 6) * (1 - Math.max(0, ago) / SPAN);
  const y = (latency) => lower - (latency / top) * (lower - upper);
  const line = (value) => svg('line', { class: 'grid', x1: 0, x2: width, y1: y(value), y2: y(value) });
  const label = (text, place, at, anchor) => svg('text', { x: place, y: at, 'text-anchor': anchor, text });
  chart.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
  chart.setAttribute('aria-label', words);
  chart.replaceChildren(
    line(0), line(top), label(shortTime(top), 0, upper - 5), label('a minute ago', 0, HEIGHT - 3), label('now', width, HEIGHT - 3, 'end'),
    ...answers.map(({ seconds_ago: ago, latency_seconds: latency, protocol, device: name }) => svg('g', {},
      svg('title', { text: [shortTime(latency), protocol, name].filter(Boolean).join(' · ') }),
      svg('line', { x1: x(ago), x2: x(ago), y1: lower, y2: y(latency) }),
      svg('circle', { cx: x(ago), cy: y(latency), r: 3.5 }))));
}

export class Status {
  #timer = null;
  #running = false;
  #shown = '';

  /** `onStatus(status)` gets each answer. */
  constructor(onStatus) {
    this.onStatus = onStatus;
    document.addEventListener('visibilitychange', () => this.#refresh());
    access.addEventListener('token', () => this.#refresh());
    this.#refresh();
  }

  async #refresh() {
    clearTimeout(this.#timer);
    if (document.visibilityState !== 'visible' || this.#running) return;
    this.#running = true;
    try {
      const status = await getJSON('./v1/status', AbortSignal.timeout(10_000));
      this.#show(status);
      this.onStatus(status);
      this.#tell(null);
    } catch (error) {
      this.#tell(error.status ? error.message : 'The server does not answer.');
    }
    this.#running = false;
    this.#timer = setTimeout(() => this.#refresh(), 2000);
  }

  #tell(problem) {
    byId('server-error').hidden = !problem;
    setText(byId('server-error'), problem ?? '');
    if (problem) this.#summarize(problem, 'bad');
  }

  #summarize(text, state) {
    setText(byId('summary'), text);
    byId('summary').className = `pill ${state}`;
  }

  #show({ models = [], connections, queue, uptime_seconds: uptime, version, recent }) {
    const loading = !models.length || models.some(({ state }) => state !== 'ready');
    const lost = models.some(({ devices }) => devices?.some(({ state }) => state === 'lost'));
    this.#summarize(loading ? 'Loading' : lost ? 'Ready, without a device' : 'Ready', loading || lost ? 'fair' : 'good');

    setText(byId('queue'), String(queue ?? 0));
    setText(byId('connections'), `${connections?.wyoming ?? 0} Wyoming, ${connections?.http ?? 0} HTTP`);
    setText(byId('uptime'), clock(uptime ?? 0));
    setText(byId('version'), `Lorikeet ${version ?? ''}`);
    const key = JSON.stringify(models);
    if (key !== this.#shown) byId('model-states').replaceChildren(...models.map(model));
    this.#shown = key;
    showChart(recent ?? []);
  }
}
