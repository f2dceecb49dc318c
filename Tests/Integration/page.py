"""The page in Chromium, which hears recordings in the place of a microphone."""
import base64
import contextlib
import json
import pathlib
import shutil
from collections.abc import Callable, Iterator

import numpy as np
import soundfile
from playwright.sync_api import Browser, Locator, Page, Route, WebSocketRoute, expect, sync_playwright

from home_assistant import RATE
from lorikeet import AUDIO

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SECONDS = 30
FOREIGN = "lorikeet.test"  # a name of this machine that browsers do not trust
LEAD, PAUSE = 0.5, 1.5  # seconds of silence before the first recording, and after each
TRANSCRIPTION = "conversation.item.input_audio_transcription"

# All that is sent over WebSockets, with the time of the page.
SENT = """() => {
  window.sent = [];
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    window.sent.push({ time: performance.now() / 1000, ...JSON.parse(text) });
    send.call(this, text);
  };
}"""

# The visible text with less contrast than 4.5 to what lies behind it, by the formula of WCAG 2.2.
PALE = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const pixel = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (color) => color.slice(0, 3).map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = pixel(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const pale = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.textContent.trim();
    const node = texts.currentNode.parentElement;
    if (!text || !node.checkVisibility() || node.closest('.unseen, noscript, option, :disabled')) continue;
    const style = getComputedStyle(node);
    const [light, dark] = [pixel(node.closest('svg') ? style.fill : style.color), behind(node)]
      .map(luminance).sort((one, other) => other - one);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) pale.push(`${text}: ${contrast.toFixed(2)}`);
  }
  return pale;
}"""


def write_speech(file: pathlib.Path, *names: str) -> pathlib.Path:
    """Writes recordings one after the other, with the silence in which an utterance ends."""
    parts = [np.zeros(int(LEAD * RATE))]
    for name in names:
        parts += [soundfile.read(AUDIO / name)[0], np.zeros(int(PAUSE * RATE))]
    soundfile.write(file, np.concatenate(parts), RATE, subtype="PCM_16")
    return file


@contextlib.contextmanager
def chromium(speech: pathlib.Path) -> Iterator[Browser]:
    """A browser; each page that opens its microphone hears the recording from the beginning, and then silence."""
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, timeout=2 * SECONDS * 1000, args=[
            "--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={speech}%noloop",
            f"--host-resolver-rules=MAP {FOREIGN} 127.0.0.1"])
        yield browser
        browser.close()


def button(page: Page) -> Locator:
    return page.get_by_role("button", name="Speak", exact=True)


def answers(page: Page) -> Locator:
    """The answers to what was spoken, the newest first."""
    return page.get_by_role("list", name="Answers").get_by_role("listitem")


def choose(page: Page, *files: pathlib.Path | dict) -> None:
    """Chooses files as a person does, behind the button."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose recordings").click()
    chooser.value.set_files(list(files))


def drop(page: Page, name: str, content: bytes) -> None:
    """Drags a file over the page and lets it fall."""
    data = page.evaluate_handle("""([name, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(content), (byte) => byte.charCodeAt())], name));
      return data;
    }""", [name, base64.b64encode(content).decode()])
    page.dispatch_event("body", "dragover", {"dataTransfer": data})
    expect(page.locator("body")).to_have_class("dropping")
    page.dispatch_event("body", "drop", {"dataTransfer": data})
    expect(page.locator("body")).not_to_have_class("dropping")


def job(page: Page, name: str) -> Locator:
    """The entry of a recording."""
    heading = page.get_by_role("heading", name=name)
    return page.get_by_role("list", name="Recordings").locator("> li").filter(has=heading)


def done(page: Page, name: str) -> Locator:
    """The entry of a recording, once it is recognized."""
    entry = job(page, name)
    expect(entry).to_have_attribute("data-state", "done")
    return entry


def saved(page: Page, name: str, format: str) -> tuple[str, str]:
    """The name and the content of the file that a button saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Save the text of {name} as {format}").click()
    return download.value.suggested_filename, pathlib.Path(download.value.path()).read_bytes().decode()


def answering(*events: dict) -> Callable[[WebSocketRoute], None]:
    """For `route_web_socket`: a session that sends events when the first audio comes."""
    def session(socket: WebSocketRoute) -> None:
        waiting = list(events)

        def take(message: str) -> None:
            if json.loads(message)["type"] == "input_audio_buffer.append":
                while waiting:
                    socket.send(json.dumps({"item_id": "item", **waiting.pop(0)}))

        socket.on_message(take)

    return session


def completed(transcript: str, **fields) -> dict:
    return {"type": f"{TRANSCRIPTION}.completed", "transcript": transcript, "lorikeet": fields}


def fulfilling(answer: dict) -> Callable[[Route], None]:
    """For `route`: what answers in the server's place."""
    return lambda route: route.fulfill(**answer)


def stream(*events: dict) -> dict:
    """An answer of server-sent events."""
    body = "".join(f"data: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events)
    return {"content_type": "text/event-stream", "body": body}


def delta(text: str, end: float) -> dict:
    return {"type": "transcript.text.delta", "delta": text, "end": end}


def transcript(*cues: tuple[float, float, str]) -> dict:
    """The last event of a stream, for segments of (start, end, text)."""
    segments = [
        {"id": number, "start": start, "end": end, "text": text} for number, (start, end, text) in enumerate(cues)]
    return {"type": "transcript.text.done", "text": " ".join(text for _, _, text in cues), "segments": segments,
        "words": [], "duration": cues[-1][1], "language": "en"}
