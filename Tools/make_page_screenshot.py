#!/usr/bin/env python3
"""Make the picture of the page in the documentation: a spoken sentence, and a recording with its segments.

    docs/images/page.png    from a server with the built-in model, with a palette if Pillow is installed

    .venv/bin/python Tools/make_page_screenshot.py
"""
import pathlib
import sys
import tempfile

import soundfile
from playwright.sync_api import expect

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "Tests/Integration"))

import lorikeet  # noqa: E402
import page as browser  # noqa: E402
from http_serving import HTTPServer  # noqa: E402

PICTURE = REPOSITORY / "docs/images/page.png"
WIDTH, HEIGHT = 1180, 800
SPOKEN, RECORDED = "en-01.wav", "long.flac"
SECONDS = 17  # of the recording, so that all of its segments are seen
RECORDING = "commands.wav"
COLORS = 128


def take(folder: pathlib.Path) -> None:
    speech = browser.write_speech(folder / "speech.wav", SPOKEN)
    recording = folder / RECORDING
    samples, rate = soundfile.read(lorikeet.AUDIO / RECORDED)
    soundfile.write(recording, samples[:SECONDS * rate], rate)
    server = HTTPServer(lorikeet.BINARY, "--model", "builtin", "--device", "cpu", "--data-dir", str(folder))
    with server, browser.chromium(speech) as chromium:
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.context.grant_permissions(["microphone"], origin=server.base)
        page.goto(server.base)
        expect(page.locator("#summary")).to_have_text("Ready")
        browser.button(page).click()
        expect(browser.answers(page)).to_have_count(1)
        browser.button(page).click()
        browser.drop(page, RECORDING, recording.read_bytes())
        browser.done(page, RECORDING)
        expect(page.locator("#queue")).to_have_text("0")
        expect(page.locator("#chart circle")).not_to_have_count(0)
        page.screenshot(path=PICTURE, full_page=True)


def reduce() -> None:
    try:
        from PIL import Image
    except ImportError:
        return
    with Image.open(PICTURE) as picture:
        reduced = picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
    reduced.save(PICTURE, optimize=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        take(pathlib.Path(temporary))
    reduce()
