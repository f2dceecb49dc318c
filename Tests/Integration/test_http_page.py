"""The page in a browser: speech from a microphone, recordings, and what it says of the server.

No test may make the page ask another host, break its content security policy or write to the console.
"""
import contextlib
import itertools
import json
import re
import urllib.parse

import pytest
import srt
import webvtt
from playwright.sync_api import Page, Route, expect

import home_assistant_ingress
import page as browser
from http_serving import UPLOAD, request, wait_for
from lorikeet import AUDIO
from page import (
    answering, answers, button, choose, completed, delta, done, drop, fulfilling, job, saved, stream, transcript)
from test_http_tls import Authority

pytestmark = pytest.mark.skipif(browser.CHROMIUM is None, reason="Chromium (Debian: chromium) is not installed")

ENGLISH, SPANISH, LONG = AUDIO / "en-01.wav", AUDIO / "es-03.wav", AUDIO / "long.flac"
SLOW = 25_000  # bytes in a second, at which a text does not arrive at once
SPOKEN = 2.0  # seconds until the first recording's last word, with the silence before it
PRESS, HEARING = "Press the button and speak.", "Hearing you."
NO_SOCKET = "WebSocket connection to"  # what browsers write of one that ends before it is open
UNAUTHORIZED = r"status of 401|WebSocket connection to"
HOSTILE = "<script>harm()</script><img src=x onerror=harm()> --> & señor 日本語 🦜 שלום"
WORDS = [{"word": "Open", "start": 0.3, "end": 0.6, "confidence": 0.99},
    {"word": "garden", "start": 0.7, "end": 1.1, "confidence": 0.71},
    {"word": "blinds.", "start": 1.1, "end": 1.6, "confidence": 0.42}]
ANSWER = completed("Open garden blinds.", words=WORDS, latency_seconds=0.0424, device="NPU", bucket=5.0, language="en",
    audio_seconds=2.1, features_seconds=0.0008, encoder_seconds=0.031, decoder_seconds=0.0102)


def device(name: str, state: str, why: str | None = None, encoders: list[dict] | None = None, **counters) -> dict:
    return {"name": name, "state": state, "why": why, "encoders": encoders or [], "busy_seconds": 0.0, **counters}


def encoder(bucket: float | None, state: str, size: int | None = None) -> dict:
    return {"bucket": bucket, "state": state, "bytes": size, "from_cache": state == "ready"}


# A server with more devices, buckets and models than the built-in one has.
STATUS = {
    "version": "9.8.7", "uptime_seconds": 7384, "queue": 3, "connections": {"wyoming": 2, "http": 1},
    "recent": [
        {"seconds_ago": 5 * number + 1.5, "protocol": "wyoming", "audio_seconds": 2, "latency_seconds": latency,
            "device": "NPU"} for number, latency in enumerate([0.012, 0.019, 0.031, 0.014, 0.088])],
    "models": [
        {"model": "builtin", "state": "ready", "languages": ["en", "es"],
            "speculation": {"started": 40, "used": 31, "wasted": 9, "saved_seconds": 6.8}, "devices": [
                device("NPU", "working", None, [encoder(5.0, "ready", 412_000_000), encoder(20.0, "loading"),
                    encoder(30.0, "failed")], inferences=1284, hits=1279, loads=6),
                device("GPU", "lost", "The driver does not answer.", [encoder(None, "unloaded")], failures=2)]},
        {"model": "parakeet-v3", "state": "loading", "languages": ["bg", "de", "en"], "speculation": None,
            "devices": [device("CPU", "starting")]}]}
MODELS = {"object": "list", "data": [{"id": model["model"]} for model in STATUS["models"]]}
OTHER_SERVER = {"**/v1/status": {"json": STATUS}, "**/v1/models": {"json": MODELS}}


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    """Not for the whole session: while it is open, asyncio starts no loop of its own."""
    speech = browser.write_speech(tmp_path_factory.mktemp("speech") / "speech.wav", ENGLISH.name, SPANISH.name)
    with browser.chromium(speech) as opened:
        yield opened


@pytest.fixture
def visit(chromium, http):
    """Opens the page, and fails if it ever did what it must not do."""
    problems = []

    def visit(base: str = http.base, path: str = "/", expected: str = "(?!)", microphone: bool = True,
            answered: dict[str, dict] | None = None, prepare=None, **options) -> Page:
        """`expected` is what the console may say, `answered` what some addresses answer in the server's place."""
        context = stack.enter_context(contextlib.closing(chromium.new_context(**options)))
        if microphone:
            context.grant_permissions(["microphone", "clipboard-read", "clipboard-write"], origin=base)
        page = context.new_page()
        page.set_default_timeout(browser.SECONDS * 1000)

        def note(text: str) -> None:
            if not re.search(expected, text):
                problems.append(text)

        def ask(url: str) -> None:
            if not url.startswith((base, base.replace("http", "ws", 1), f"blob:{base}", "data:")):
                problems.append(url)

        page.on("console", lambda message: message.type in ("error", "warning") and note(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: ask(request.url))
        page.on("websocket", lambda socket: ask(socket.url))
        page.add_init_script(f"({browser.SENT})()")
        for pattern, answer in (answered or {}).items():
            page.route(pattern, fulfilling(answer))
        if prepare:
            prepare(page)
        page.goto(base + path)
        expect(page.locator("#summary")).not_to_have_text("Connecting")
        return page

    with contextlib.ExitStack() as stack:
        yield visit
    assert problems == []


def state(page: Page):
    return page.locator("#state")


def speak(page: Page) -> None:
    button(page).click()
    expect(button(page)).to_have_attribute("aria-pressed", "true")


def sent(page: Page, type: str) -> list[dict]:
    return page.evaluate("type => sent.filter((event) => event.type === type)", type)


def wait_for_audio(page: Page, seconds: float) -> None:
    """Waits until so much audio has gone to the server."""
    page.wait_for_function("count => sent.filter((event) => event.audio).length >= count", arg=seconds * 20)


def visible(node) -> str:
    """The text of a node, without what only screen readers hear of it."""
    return node.evaluate("""node => [...node.childNodes].filter((child) => child.className !== 'unseen')
        .map((child) => child.textContent).join('')""")


def words(answer) -> str:
    """What an answer says."""
    return visible(answer.locator(".transcript"))


def fact(answer, name: str):
    return answer.locator("div").filter(has=answer.page.get_by_text(name, exact=True)).locator("dd")


# Press and speak


def test_speech_becomes_answers_and_listening_goes_on_until_the_second_press(visit, said):
    page = visit()
    expect(button(page)).to_have_attribute("aria-pressed", "false")
    expect(state(page)).to_have_text(PRESS)
    speak(page)
    expect(answers(page)).to_have_count(2)
    expect(state(page)).to_have_text("Answered. Listening for more.")
    assert [words(answer) for answer in answers(page).all()] == [said.text(SPANISH), said.text(ENGLISH)]
    first = answers(page).last
    for name in ("Answer after", "Features", "Encoder", "Decoder"):
        expect(fact(first, name)).to_have_text(re.compile(r"^\d+(\.\d)? m?s$"))
    expect(fact(first, "Device")).to_have_text("CPU")
    expect(fact(first, "Language")).to_have_text("English")
    for word in first.locator(".word").all():
        expect(word).to_have_attribute("title", re.compile(r"^\d+ % sure$"))
    expect(page.locator("[aria-live=polite]")).to_contain_text("blinds.")
    button(page).click()
    expect(button(page)).to_have_attribute("aria-pressed", "false")
    expect(state(page)).to_have_text("Answered. Press to speak again.")


def test_the_server_gets_16_khz_speech_as_it_is_spoken_and_the_choices(visit):
    page = visit()
    page.get_by_role("combobox", name="Language").select_option(label="English")
    with page.expect_websocket() as socket:
        speak(page)
    url = urllib.parse.urlsplit(socket.value.url)
    assert url.path == "/v1/realtime"
    assert urllib.parse.parse_qs(url.query) == {"intent": ["transcription"], "model": ["builtin"]}
    wait_for_audio(page, SPOKEN)
    page.get_by_role("combobox", name="Language").select_option(label="Spanish")
    updates = sent(page, "session.update")
    assert [update["session"]["audio"]["input"] for update in updates] == [
        {"format": {"type": "audio/pcm", "rate": 16_000}, "transcription": {"model": "builtin", "language": language},
            "turn_detection": {"type": "server_vad"}} for language in ("en", "es")]
    audio = page.evaluate("sent.filter(({ audio }) => audio).map(({ time, audio }) => [time, atob(audio).length / 2])")
    assert {samples for _, samples in audio} == {800}
    spoken, taken = len(audio) * 800 / 16_000, audio[-1][0] - audio[0][0]
    assert spoken == pytest.approx(taken, abs=0.5)
    expect(answers(page)).not_to_have_count(0)


def test_what_is_spoken_before_the_session_is_open_is_recognized(visit, said):
    def late(socket) -> None:
        page.wait_for_function("() => document.querySelector('#level').ariaValueNow > 40")
        socket.connect_to_server()

    page = visit()
    page.route_web_socket("**/v1/realtime*", late)
    speak(page)
    expect(answers(page)).not_to_have_count(0)
    assert words(answers(page).last) == said.text(ENGLISH)


def test_with_the_switch_the_person_ends_the_utterance(visit, said):
    page = visit()
    page.get_by_role("switch", name="I end it myself").check()
    speak(page)
    expect(state(page)).to_have_text("Listening. Press again when you have finished.")
    wait_for_audio(page, SPOKEN + 1)
    expect(answers(page)).to_have_count(0)
    button(page).click()
    expect(answers(page)).to_have_count(1)
    expect(state(page)).to_have_text("Answered. Press to speak again.")
    assert words(answers(page)) == said.text(ENGLISH)
    (update,) = sent(page, "session.update")
    assert update["session"]["audio"]["input"]["turn_detection"] is None
    assert page.evaluate("sent.at(-1).type") == "input_audio_buffer.commit"
    page.reload()
    expect(page.get_by_role("switch", name="I end it myself")).to_be_checked()


def test_a_press_amid_speech_ends_the_utterance(visit):
    page = visit()
    speak(page)
    wait_for_audio(page, SPOKEN - 0.5)
    expect(state(page)).to_have_text(HEARING)
    button(page).click()
    expect(answers(page)).to_have_count(1)
    assert words(answers(page)).startswith("Open")
    assert page.evaluate("sent.at(-1).type") == "input_audio_buffer.commit"


def test_where_the_browser_does_not_resample_the_page_does(visit, said):
    page = visit()
    page.evaluate("""() => {
      window.AudioContext = class extends AudioContext {
        createMediaStreamSource(stream) {
          if (this.sampleRate === 16000) throw new DOMException('Another rate', 'NotSupportedError');
          window.rate = this.sampleRate;
          return super.createMediaStreamSource(stream);
        }
      };
    }""")
    speak(page)
    expect(answers(page)).not_to_have_count(0)
    assert page.evaluate("rate") > 16_000
    assert words(answers(page).last) == said.text(ENGLISH)


def test_the_pages_resampler_keeps_what_16_khz_can_hold_and_drops_the_rest(visit):
    page = visit()
    script = """async (rate) => {
      const level = async (frequency) => {
        const context = new OfflineAudioContext(1, rate / 2, rate);
        await context.audioWorklet.addModule('./capture-worklet.js');
        const tone = new OscillatorNode(context, { frequency });
        const node = new AudioWorkletNode(context, 'capture');
        const chunks = [];
        const complete = new Promise((resolve) => {
          node.port.onmessage = ({ data }) => chunks.push(data) === 9 && resolve();
        });
        tone.connect(node).connect(context.destination);
        tone.start();
        await context.startRendering();
        await complete;
        return chunks[4].level;
      };
      return [await level(1000), await level(6500), await level(10000)];
    }"""
    for rate in (44_100, 48_000):
        levels = page.evaluate(script, rate)
        assert levels == pytest.approx([0.5 ** 0.5, 0.5 ** 0.5, 0], abs=0.01)
        assert levels[2] < 0.0007  # -60 dB


def test_the_words_that_the_model_doubts_are_marked_and_markup_is_text(visit):
    page = visit()
    page.route_web_socket("**/v1/realtime*", answering(completed(HOSTILE), ANSWER))
    speak(page)
    expect(answers(page)).to_have_count(2)
    assert words(answers(page).last) == HOSTILE
    answer = answers(page).first
    expect(answer.locator(".unsure")).to_have_text("garden")
    expect(answer.locator(".unsure")).to_have_attribute("title", "71 % sure")
    expect(answer.locator(".doubtful")).to_have_text("blinds.")
    shown = {"Answer after": "42 ms", "Device": "NPU", "Bucket": "5 s", "Speech": "2.1 s", "Features": "0.8 ms",
        "Encoder": "31 ms", "Decoder": "10 ms", "Language": "English"}
    for name, value in shown.items():
        expect(fact(answer, name)).to_have_text(value)
    heard = "Open garden (71 % sure) blinds. (42 % sure) Answered after 42 ms."
    expect(page.locator("[aria-live=polite]")).to_contain_text(heard)


def test_what_ends_or_hinders_a_session_is_told(visit):
    failed = {"type": f"{browser.TRANSCRIPTION}.failed", "error": {"message": "The device was lost."}}
    error = {"type": "error", "error": {"message": "The model went away.", "code": None}}
    page = visit()
    complaint = page.locator("#speak-error")
    page.route_web_socket("**/v1/realtime*", answering(failed))
    speak(page)
    expect(complaint).to_have_text("An utterance was not recognized. The device was lost.")
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    button(page).click()
    for session, told in [
        (answering(error), "The model went away."),
        (lambda socket: socket.on_message(lambda _: socket.close(code=1001)), "The connection to the server closed."),
    ]:
        page.route_web_socket("**/v1/realtime*", session)
        button(page).click()
        expect(complaint).to_contain_text(told)
        expect(button(page)).to_have_attribute("aria-pressed", "false")
        expect(state(page)).to_have_text(PRESS)


def test_a_forbidden_and_a_lost_microphone_are_told(visit):
    page = visit(microphone=False, expected=NO_SOCKET)
    complaint = page.locator("#speak-error")
    button(page).click()
    expect(complaint).to_contain_text("The browser does not allow the microphone")
    page.context.grant_permissions(["microphone"])
    page.evaluate("""() => {
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wish) => (window.stream = await open(wish));
    }""")
    speak(page)
    wait_for_audio(page, 0.1)
    expect(complaint).to_be_hidden()
    page.evaluate("stream.getTracks()[0].dispatchEvent(new Event('ended'))")
    expect(complaint).to_contain_text("The microphone was disconnected")
    expect(button(page)).to_have_attribute("aria-pressed", "false")


# Recordings


def test_a_dropped_recording_is_shown_with_times_and_saved_as_the_server_would_write_it(visit, said, tmp_path):
    page = visit()
    drop(page, "my.talk.flac", LONG.read_bytes())
    entry = done(page, "my.talk.flac")
    expect(entry).to_contain_text("Done · 0:59")
    written = said.printed(LONG, "srt")
    cues = [(cue.start.total_seconds(), " ".join(cue.content.split())) for cue in srt.parse(written)]
    shown = entry.get_by_role("list", name="Transcript of my.talk.flac").get_by_role("listitem").all()
    lines = [(line.locator(".time").text_content(), visible(line.locator(".time + span"))) for line in shown]
    assert lines == [(f"0:{int(start):02}", text) for start, text in cues] and len(lines) > 10
    assert saved(page, "my.talk.flac", "plain text") == ("my.talk.txt", said.text(LONG) + "\n")
    assert saved(page, "my.talk.flac", "SRT") == ("my.talk.srt", written)
    name, subtitles = saved(page, "my.talk.flac", "WebVTT")
    assert (name, subtitles) == ("my.talk.vtt", said.printed(LONG, "vtt"))
    (tmp_path / name).write_text(subtitles, encoding="utf-8")
    assert [" ".join(cue.text.split()) for cue in webvtt.read(tmp_path / name)] == [text for _, text in cues]
    copy = page.get_by_role("button", name="Copy the text of my.talk.flac")
    copy.click()
    expect(copy).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == said.text(LONG)


def test_the_text_of_a_recording_grows_while_it_is_recognized(visit, said):
    page = visit()
    page.evaluate("""() => {
      window.seen = [];
      new MutationObserver(() => {
        for (const entry of document.querySelectorAll('#jobs li[data-state=running]'))
          window.seen.push([entry.querySelector('.growing'), entry.querySelector('p')].map((node) => node.textContent));
      }).observe(document.querySelector('#jobs'), { childList: true, characterData: true, subtree: true });
    }""")
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", {
        "offline": False, "latency": 0, "uploadThroughput": -1, "downloadThroughput": SLOW})
    choose(page, LONG)
    done(page, "long.flac")
    seen = page.evaluate("seen")
    texts = [text for text, _ in seen if text]
    # The last part can come together with the end, after which the entry no longer grows.
    assert len(set(texts)) > 1 and said.text(LONG).startswith(texts[-1])
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(texts))
    assert any(re.fullmatch(r"Recognized 0:\d\d of 0:59", told) for _, told in seen)


def test_recordings_are_taken_one_after_the_other_and_can_be_cancelled(visit, said):
    bodies = []

    def hold(route: Route) -> None:
        bodies.append(route.request.post_data_buffer)
        if len(bodies) > 1:
            route.continue_()

    page = visit()
    page.get_by_role("combobox", name="Language").select_option(label="Spanish")
    page.route("**" + UPLOAD, hold)
    choose(page, AUDIO / "es-01.wav", SPANISH, AUDIO / "es-05.wav")
    expect(page.get_by_role("progressbar", name="Progress of es-01.wav")).to_be_visible()
    expect(job(page, "es-03.wav")).to_contain_text("Waits for the one before.")
    page.get_by_role("button", name="Cancel es-01.wav").click()
    expect(job(page, "es-01.wav")).to_contain_text("Cancelled.")
    for name in ("es-03.wav", "es-05.wav"):
        expect(done(page, name)).to_contain_text(said.text(AUDIO / name, "--language", "es").split()[-1])
    sequence = [re.search(rb'filename="(.*?)"', body)[1] for body in bodies]
    assert sequence == [b"es-01.wav", b"es-03.wav", b"es-05.wav"]
    fields = re.findall(rb'; name="([^"]+)"(?:\r\n\r\n([^\r]*))?', bodies[1])
    assert fields == [
        (b"model", b"builtin"), (b"language", b"es"), (b"response_format", b"verbose_json"),
        (b"timestamp_granularities[]", b"segment"), (b"timestamp_granularities[]", b"word"), (b"stream", b"true"),
        (b"file", b"")]
    page.get_by_role("button", name="Remove es-05.wav").click()
    expect(job(page, "es-05.wav")).to_have_count(0)


def test_markup_and_all_scripts_are_text_on_the_page_and_in_subtitles(visit, tmp_path):
    cues = [(0, 2.5, HOSTILE), (2.5, 61.0004, "A sentence of more than forty-two characters needs two lines."),
        (3661.9996, 3663.25, "終わり")]
    page = visit(answered={"**" + UPLOAD: stream(delta(HOSTILE, 2.5), transcript(*cues))})
    name = "<b>noche & día</b>.wav"
    drop(page, name, b"RIFF")
    entry = done(page, name)
    for time, text in [("0:00", HOSTILE), ("1:01:01", "終わり")]:
        expect(entry.get_by_role("listitem").filter(has_text=text)).to_contain_text(time)
    written, text = saved(page, name, "SRT")
    assert written.endswith(".srt")
    subtitles = list(srt.parse(text))
    assert [" ".join(cue.content.split()) for cue in subtitles] == [
        text.replace("-->", "->") for _, _, text in cues]
    assert [cue.content.count("\n") for cue in subtitles] == [1, 1, 0]
    ends = [round(cue.end.total_seconds(), 3) for cue in subtitles]
    assert ends == [2.5, 61, 3663.25] and subtitles[2].start.total_seconds() == 3662
    (tmp_path / "file.vtt").write_text(saved(page, name, "WebVTT")[1], encoding="utf-8")
    read = webvtt.read(tmp_path / "file.vtt")
    escaped = [text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for _, _, text in cues]
    assert [" ".join(cue.raw_text.split()) for cue in read] == escaped


def test_a_very_long_transcript_scrolls_in_its_own_list(visit):
    cues = [(2.0 * number, 2.0 * number + 2, f"Sentence {number}.") for number in range(3_000)]
    page = visit(answered={"**" + UPLOAD: stream(transcript(*cues))})
    drop(page, "long.wav", b"RIFF")
    entry = done(page, "long.wav").get_by_role("list", name="Transcript of long.wav")
    expect(entry.get_by_role("listitem")).to_have_count(3_000)
    expect(entry.get_by_role("listitem").last).to_have_text("1:39:58Sentence 2999.")
    inner, outer = entry.evaluate("list => [list.clientHeight, list.scrollHeight]")
    assert inner < 500 < outer
    entry.focus()
    page.keyboard.press("End")
    expect(entry.get_by_role("listitem").last).to_be_in_viewport()
    assert len(list(srt.parse(saved(page, "long.wav", "SRT")[1]))) == 3_000


BUSY = {"status": 429, "headers": {"Retry-After": "7"}, "json": {"error": {"message": "The server is busy."}}}


@pytest.mark.parametrize(["answer", "told"], [
    (None, "speech.wav: is not a supported audio file"), (BUSY, "The server is busy. Try again in 7 seconds."),
    ({"status": 502, "body": "<h1>Bad gateway</h1>"}, "The server answered with status 502."),
    (stream(delta("Open", 1), {"type": "error", "error": {"message": "It is damaged."}}), "It is damaged."),
    (stream(delta("Open", 1)), "The server’s answer ended too early.")],
    ids=["the servers own", "busy", "a proxy", "amid the stream", "cut off"])
def test_a_failed_recording_says_why_and_can_be_tried_again(answer, told, visit):
    page = visit(expected=r"status of (4\d\d|502)")
    if answer:
        page.route("**" + UPLOAD, fulfilling(answer))
    drop(page, "speech.wav", ENGLISH.read_bytes() if answer else b"no recording")
    entry = job(page, "speech.wav")
    expect(entry).to_have_attribute("data-state", "failed")
    expect(entry).to_contain_text(told)
    if answer:
        page.unroute_all()
        page.get_by_role("button", name="Try speech.wav again").click()
        expect(done(page, "speech.wav")).to_contain_text("garden")


# The token, the choices and the server


def test_a_token_is_asked_for_used_everywhere_and_kept_until_the_tab_is_closed(visit, start_http, token_file, said):
    with start_http("--http-token-file", token_file) as guarded:
        wait_for(lambda: request(guarded, "GET", "/ready").status == 200)
        page = visit(guarded.base, expected=UNAUTHORIZED)
        field = page.get_by_label("Token", exact=True)
        expect(page.get_by_text("The server asks for a token.").first).to_be_visible()
        button(page).click()
        expect(page.locator("#speak-error")).to_contain_text("token")
        choose(page, ENGLISH)
        expect(job(page, "en-01.wav")).to_have_attribute("data-state", "failed")
        field.fill("wrong")
        field.press("Enter")
        expect(page.get_by_text("The server did not accept this token.")).to_be_visible()
        field.fill("second-token")
        field.press("Enter")
        done(page, "en-01.wav")
        expect(field).to_be_hidden()
        page.reload()
        expect(page.locator("#summary")).to_have_text("Ready")
        expect(page.get_by_role("combobox", name="Model")).to_have_value("builtin")
        speak(page)
        expect(answers(page)).not_to_have_count(0)
        assert words(answers(page).last) == said.text(ENGLISH)
        kept = page.evaluate("[Object.values(localStorage), Object.values(sessionStorage), document.cookie]")
        assert kept == [[], ["second-token"], ""]
        page.context.close()


def test_choices_are_remembered_and_a_language_only_for_models_that_know_it(visit):
    page = visit(answered=OTHER_SERVER)
    model, language = (page.get_by_role("combobox", name=name) for name in ("Model", "Language"))
    model.select_option("parakeet-v3")
    language.select_option(label="Bulgarian")
    page.reload()
    expect(model).to_have_value("parakeet-v3")
    expect(language).to_have_value("bg")
    model.select_option("builtin")
    expect(language).to_have_value("")


def test_devices_encoders_and_latencies_of_the_server_are_shown(visit):
    page = visit(answered=OTHER_SERVER)
    server = page.get_by_role("region", name="Server")
    expect(page.locator("#summary")).to_have_text("Loading")
    expect(server).to_contain_text("5 answers in the last minute: median 19 ms, worst 88 ms.")
    expect(server.get_by_role("img")).to_have_attribute("aria-label", re.compile("median 19 ms"))
    expect(server.locator("#chart circle")).to_have_count(5)
    encoders = server.get_by_role("list", name="Encoders on NPU").get_by_role("listitem")
    expect(encoders).to_have_text(["5 s · 412 MB", "20 s · loading", "30 s · failed"])
    for text in ("The driver does not answer.", "1284 inferences · 1279 with a loaded encoder · 6 loads",
            "31 of 40 early starts were used. They saved 6.8 s.", "2 Wyoming, 1 HTTP", "2:03:04"):
        expect(server).to_contain_text(text)
    expect(page.get_by_role("contentinfo")).to_have_text("Lorikeet 9.8.7")


def test_the_status_is_not_asked_for_while_the_page_is_hidden(visit):
    asked = []
    page = visit(prepare=lambda page: page.clock.install())
    page.on("request", lambda request: asked.append(request.url))
    expect(page.locator("#summary")).to_have_text("Ready")
    with page.expect_response("**/v1/status"):
        page.clock.fast_forward(10_000)
    page.evaluate("""() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }""")
    asked.clear()
    page.clock.fast_forward(60_000)
    page.evaluate("fetch('./icon.svg')")
    assert [url.rsplit("/", 1)[1] for url in asked] == ["icon.svg"]
    with page.expect_response("**/v1/status"):
        page.evaluate("delete document.visibilityState; document.dispatchEvent(new Event('visibilitychange'))")


def test_a_server_that_does_not_answer_is_told_and_the_page_goes_on_when_it_is_back(visit):
    page = visit(expected="ERR_INTERNET_DISCONNECTED")
    expect(page.locator("#summary")).to_have_text("Ready")
    page.context.set_offline(True)
    expect(page.locator("#summary")).to_have_text("The server does not answer.")
    choose(page, ENGLISH)
    expect(job(page, "en-01.wav")).to_contain_text("The connection to the server broke.")
    button(page).click()
    expect(page.locator("#speak-error")).to_have_text("The server does not answer.")
    page.context.set_offline(False)
    expect(page.locator("#summary")).to_have_text("Ready")
    page.get_by_role("button", name="Try en-01.wav again").click()
    done(page, "en-01.wav")


# Where and how the page is opened


def test_the_page_works_behind_home_assistants_ingress(visit, http, said):
    with home_assistant_ingress.Ingress(http.http_port) as home:
        page = visit(f"http://localhost:{home.port}", f"{home_assistant_ingress.PATH}/")
        choose(page, ENGLISH)
        done(page, "en-01.wav")
        speak(page)
        expect(answers(page)).not_to_have_count(0)
        assert words(answers(page).last) == said.text(ENGLISH)
        names = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
        assert names and all(name.startswith(home.base) for name in names)
        page.context.close()


def test_a_page_that_is_not_secure_says_how_to_mend_it_and_takes_recordings(visit, http):
    page = visit(f"http://{browser.FOREIGN}:{http.http_port}", microphone=False)
    expect(button(page)).to_be_disabled()
    expect(page.get_by_role("heading", name="The microphone needs a secure page")).to_be_visible()
    expect(page.get_by_text(f"http://localhost:{http.http_port}/")).to_be_visible()
    choose(page, ENGLISH)
    done(page, "en-01.wav")
    copy = page.get_by_role("button", name="Copy the text of en-01.wav")
    copy.click()
    expect(copy).to_have_text("Copied")


def test_with_tls_the_microphone_can_be_used_from_another_machine(visit, start_http, said, tmp_path):
    chain, key, _ = Authority().pair()
    (tmp_path / "chain").write_bytes(chain)
    (tmp_path / "key").write_bytes(key)
    with start_http("--http-certificate", tmp_path / "chain", "--http-key", tmp_path / "key") as server:
        page = visit(f"https://{browser.FOREIGN}:{server.http_port}", ignore_https_errors=True)
        speak(page)
        expect(answers(page)).not_to_have_count(0)
        assert words(answers(page).last) == said.text(ENGLISH)
        page.context.close()


def test_the_keyboard_is_enough(visit):
    page = visit(expected=NO_SOCKET)
    page.on("filechooser", lambda _: None)  # from now on, Playwright stands for the browser's window
    expect(page.locator("#summary")).to_have_text("Ready")
    reached = []
    for _ in range(5):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert reached == ["model", "language", "manual", "speak", "choose"]
    with page.expect_file_chooser():
        page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    for _ in range(4):
        page.keyboard.down("Enter")  # held down, it presses once
    page.keyboard.up("Enter")
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    wait_for_audio(page, 0.1)
    page.keyboard.press("Space")
    expect(button(page)).to_have_attribute("aria-pressed", "false")


def test_every_part_has_a_name_and_a_role(visit):
    page = visit()
    expect(page.locator("body")).to_match_aria_snapshot("""
    - banner:
      - heading "Lorikeet" [level=1]
    - main:
      - region "Speak":
        - heading "Speak" [level=2]
        - group "Choices":
          - combobox "Model"
          - combobox "Language"
          - switch "I end it myself"
        - button "Speak"
        - meter "Microphone level"
      - region "Recordings":
        - heading "Recordings" [level=2]
        - button "Choose recordings"
      - region "Server":
        - heading "Server" [level=2]
        - img /answer/
        - list:
          - listitem:
            - heading /builtin/ [level=3]
            - list "Devices of builtin":
              - listitem:
                - heading /CPU/ [level=4]
                - list "Encoders on CPU"
    - contentinfo: /Lorikeet \\d/
    """)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_contrast(scheme, visit):
    page = visit(color_scheme=scheme, expected=r"status of 4\d\d", answered=OTHER_SERVER)
    expect(page.locator("#model-states")).to_contain_text("parakeet-v3")
    page.route_web_socket("**/v1/realtime*", answering(ANSWER))
    choose(page, ENGLISH)
    done(page, "en-01.wav")
    drop(page, "damaged.wav", b"no recording")
    expect(job(page, "damaged.wav")).to_have_attribute("data-state", "failed")
    speak(page)
    expect(answers(page)).to_have_count(1)
    assert page.evaluate(browser.PALE) == []
    page.route_web_socket("**/v1/realtime*", lambda socket: socket.close())
    button(page).click()
    button(page).click()
    expect(page.locator("#speak-error")).to_be_visible()
    page.route("**/v1/status", fulfilling({"status": 401}))
    expect(page.get_by_label("Token", exact=True)).to_be_visible()
    assert page.evaluate(browser.PALE) == []


def test_nothing_scrolls_sideways_at_any_width_and_nothing_moves_where_that_is_not_wanted(visit):
    endless = "Rindfleischetikettierungsüberwachung" * 12
    cue = stream(transcript((0, 2, endless)))
    server = json.loads(json.dumps(STATUS).replace("NPU", endless[:80]).replace("parakeet-v3", endless[:90]))
    answered = OTHER_SERVER | {"**/v1/status": {"json": server}, "**" + UPLOAD: cue}
    page = visit(answered=answered, reduced_motion="reduce", expected="status of 401")
    page.route_web_socket("**/v1/realtime*", answering(ANSWER, completed(endless), {"type": "error",
        "error": {"message": endless}}))
    drop(page, f"{endless}.wav", b"RIFF")
    expect(page.locator("#jobs > li[data-state=done]")).to_have_count(1)
    button(page).click()
    expect(page.locator("#speak-error")).to_have_text(endless)
    expect(answers(page)).to_have_count(2)
    page.route("**/v1/status", fulfilling({"status": 401}))
    expect(page.get_by_label("Token", exact=True)).to_be_visible()
    for width in (320, 390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 640})
        assert page.evaluate("document.scrollingElement.scrollWidth") == width
    assert page.evaluate("document.getAnimations().length") == 0
    assert button(page).evaluate("node => getComputedStyle(node, '::before').transitionDuration") == "0s"


def test_the_page_consists_of_the_servers_own_small_files(visit, http):
    page = visit()
    speak(page)
    wait_for_audio(page, 0.1)
    names = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    files = {"/"} | {name.removeprefix(http.base) for name in names if "/v1/" not in name}
    assert {"/page.js", "/page.css", "/icon.svg"} < files
    served = [request(http, "GET", name) for name in files]
    assert {answer.status for answer in served} == {200}
    assert sum(len(answer.body) for answer in served) < 70_000


def test_without_the_page_the_browser_gets_404(chromium, start_http):
    with start_http("--http-page", "no") as server, contextlib.closing(chromium.new_page()) as page:
        assert page.goto(server.base).status == 404
        assert request(server, "GET", "/page.js").status == 404
