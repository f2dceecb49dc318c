// Numbers, times and names as people read them.

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/** 0.0424 → "42 ms", 2.345 → "2.3 s" */
export function shortTime(seconds) {
  if (!isNumber(seconds)) return null;
  if (seconds >= 1) return `${seconds < 100 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const milliseconds = seconds * 1000;
  return `${milliseconds < 9.95 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/** 83.4 → "1:23", 3723 → "1:02:03" */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (!parts[0]) parts.shift();
  return parts.map((part, index) => String(part).padStart(index ? 2 : 1, '0')).join(':');
}

export function size(bytes) {
  if (!isNumber(bytes)) return null;
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

export function bucketName(bucket) {
  return isNumber(bucket) ? `${bucket} s` : 'any length';
}

let names = null;

/** "en" → "English", in the page's language; "und" is not a language. */
export function languageName(code) {
  if (!code || code === 'und') return null;
  try {
    names ??= new Intl.DisplayNames(['en'], { type: 'language' });
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
