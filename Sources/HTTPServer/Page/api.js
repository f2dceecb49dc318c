// Addresses, the token, and errors in plain words.

import { remember } from './dom.js';

/** All addresses are relative to the document: the page can lie below a prefix, as in Home Assistant. */
export const address = (path) => new URL(path, document.baseURI);

export function socketAddress(path) {
  const url = address(path);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}

/** Sends `unauthorized` when an answer was 401, and `token` when there is a new token. */
export const access = new EventTarget();

let token = remember.get('token', 'sessionStorage') ?? '';

export const currentToken = () => token;

export function setToken(value) {
  token = value.trim();
  remember.set('token', token, 'sessionStorage');
  access.dispatchEvent(new Event('token'));
}

export class ServerError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

const plainWords = {
  401: 'The server asks for a token.',
  413: 'The recording is larger than the server takes.',
  429: 'The server is busy.',
};

/** The message of an answer that is not 2xx: the server's own, if it is in OpenAI's form. */
export function errorFrom(status, body, retryAfter = null) {
  let message = null;
  try {
    message = JSON.parse(body).error.message;
  } catch {
    // Another server's page, such as a proxy's.
  }
  if (typeof message !== 'string' || !message) {
    message = plainWords[status] ?? `The server answered with status ${status}.`;
  }
  const seconds = Number.parseInt(retryAfter ?? '', 10);
  if (seconds > 0) message += ` Try again in ${seconds === 1 ? 'a second' : `${seconds} seconds`}.`;
  if (status === 401) access.dispatchEvent(new Event('unauthorized'));
  return new ServerError(message, status);
}

export async function getJSON(path, signal) {
  let response;
  try {
    response = await fetch(address(path), {
      headers: token ? { Authorization: `Bearer ${token}` } : {},
      cache: 'no-store',
      signal,
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ServerError('The server does not answer.');
  }
  if (!response.ok) {
    throw errorFrom(response.status, await response.text().catch(() => ''), response.headers.get('Retry-After'));
  }
  return response.json();
}
