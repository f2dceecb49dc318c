// SRT and WebVTT from the segments of a transcript.

function stamp(seconds, separator) {
  const total = Math.max(0, Math.round(seconds * 1000));
  const two = (value) => String(value).padStart(2, '0');
  const hours = two(Math.floor(total / 3_600_000));
  const minutes = two(Math.floor(total / 60_000) % 60);
  const whole = two(Math.floor(total / 1000) % 60);
  return `${hours}:${minutes}:${whole}${separator}${String(total % 1000).padStart(3, '0')}`;
}

const LONGEST_LINE = 42;

/** One line, or two if it is long; never an empty one, which would end the cue. */
function lines(text) {
  const line = text.split(/\s+/).filter(Boolean).join(' ');
  if (line.length <= LONGEST_LINE) return line;
  const middle = line.length / 2;
  const before = line.lastIndexOf(' ', middle);
  const after = line.indexOf(' ', middle);
  const place = after < 0 || (before > 0 && middle - before <= after - middle) ? before : after;
  return place > 0 ? `${line.slice(0, place)}\n${line.slice(place + 1)}` : line;
}

const cues = (segments) => segments
  .map(({ start, end, text }) => ({ start, end: Math.max(start, end), text: lines(text) }))
  .filter(({ text }) => text);

export function toSRT(segments) {
  return cues(segments).map(({ start, end, text }, index) =>
    `${index + 1}\n${stamp(start, ',')} --> ${stamp(end, ',')}\n${text.replaceAll('-->', '->')}\n\n`).join('');
}

export function toVTT(segments) {
  const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return ['WEBVTT\n\n', ...cues(segments).map(({ start, end, text }) =>
    `${stamp(start, '.')} --> ${stamp(end, '.')}\n${escaped(text)}\n\n`)].join('');
}
