"""Written forms of text, at the command line and in a server."""
import json
import pathlib
import shutil

import numpy as np
import pytest

import home_assistant
import oracle
from conversation import converse
from home_assistant import pcm
from http_serving import HTTPServer
from lorikeet import AUDIO, BUILTIN

TIMER, LAMP = AUDIO / "es-02.wav", AUDIO / "es-11.wav"


def words(transcript: dict) -> list[str]:
    return [word["text"] for word in transcript["words"]]


@pytest.mark.parametrize(("options", "text"), [
    ([], "Pon un temporizador de cincuenta segundos."),
    (["--text", "raw"], "Pon un temporizador de cincuenta segundos."),
    (["--text", "command"], "pon un temporizador de cincuenta segundos"),
    # The model writes capitals and marks itself.
    (["--text", "sentence"], "Pon un temporizador de cincuenta segundos."),
    # The language is detected from the text.
    (["--numbers", "digits"], "Pon un temporizador de 50 segundos."),
    (["--numbers", "digits", "--language", "de"], "Pon un temporizador de cincuenta segundos."),
    (["--numbers", "digits", "--language", "es"], "Pon un temporizador de 50 segundos."),
    (["--text", "command", "--numbers", "digits", "--language", "es-MX"], "pon un temporizador de 50 segundos")])
def test_the_text_is_worded_as_asked(options, text, transcribe):
    (plain,) = transcribe.json(TIMER)
    (worded,) = transcribe.json(*options, TIMER)
    assert worded["text"] == text
    assert " ".join(words(worded)) == text
    assert worded["tokens"] == plain["tokens"]
    assert [word["start"] for word in worded["words"]] == [word["start"] for word in plain["words"]]


def test_a_number_has_the_time_of_all_its_words(transcribe):
    (plain,) = transcribe.json(LAMP)
    (worded,) = transcribe.json("--numbers", "digits", "--language", "es", LAMP)
    said, number = plain["words"][-3:], worded["words"][-1]
    assert [word["text"] for word in said] == ["cuarenta", "por", "ciento."] and number["text"] == "40%."
    assert (number["start"], number["end"]) == (said[0]["start"], said[2]["end"])
    assert number["confidence"] == min(word["confidence"] for word in said)


def test_subtitles_are_worded_too(transcribe):
    result = transcribe("--format", "srt", "--precision", "f32", "--numbers", "digits", "--language", "es", LAMP)
    assert result.returncode == 0, result.stderr
    assert "al 40%." in result.stdout and "cuarenta" not in result.stdout


@pytest.mark.parametrize("speculations", ["0", "4"])
def test_a_server_words_what_it_answers_in_the_language_that_the_client_names(speculations, start_server):
    signal = pcm(np.concatenate([oracle.samples(TIMER), np.zeros(8_000, dtype=np.float32)]))
    with start_server("--text", "command", "--numbers", "digits", "--max-speculations", speculations) as server:
        spanish, _ = converse(home_assistant.transcribe(server.port, signal, language="es"))
        english, _ = converse(home_assistant.transcribe(server.port, signal, language="en"))
    assert spanish == "pon un temporizador de 50 segundos"
    assert english == "pon un temporizador de cincuenta segundos"


def test_home_assistant_gets_values_in_digits_and_other_programs_words(start_http):
    with start_http("--numbers", "auto") as server:
        wyoming, _ = converse(home_assistant.transcribe(server.port, pcm(oracle.samples(LAMP)), language="es"))
        with server.client() as client:
            http = client.audio.transcriptions.create(file=LAMP, model="whisper-1", language="es")
    assert wyoming == "Pon la luz de la entrada al 40%."
    assert http.text == "Pon la luz de la entrada al cuarenta por ciento."


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> pathlib.Path:
    """The built-in model as one for English that writes neither capitals nor marks."""
    folder = pathlib.Path(shutil.copytree(BUILTIN, tmp_path_factory.mktemp("plain") / "model"))
    lines = []
    for line in (folder / "vocab.txt").read_text(encoding="utf-8").splitlines():
        piece, number = line.rsplit(" ", 1)
        piece = {".": "<full stop>", "?": "<question>", ",": "<comma>", "▁¿": "▁", "¿": "<open>"}.get(piece, piece.lower())
        lines.append(f"{piece.replace(' ', '_')} {number}\n")
    (folder / "vocab.txt").write_text("".join(lines), encoding="utf-8")
    configuration = json.loads((folder / "config.json").read_text()) | {"languages": ["en"]}
    (folder / "config.json").write_text(json.dumps(configuration))
    return folder


def test_a_model_without_capitals_and_marks_gives_sentences(plain, transcribe):
    (said,) = transcribe.json("--model", plain, AUDIO / "en-01.wav")
    (worded,) = transcribe.json("--model", plain, "--text", "sentence", AUDIO / "en-01.wav")
    assert (said["text"], worded["text"]) == ("open the garden blinds", "Open the garden blinds.")
    assert worded["tokens"] == said["tokens"]


def test_a_streamed_sentence_gets_its_full_stop_with_its_end(plain, binary, data_dir):
    with HTTPServer(
            binary, "--model", str(plain), "--device", "cpu", "--data-dir", str(data_dir), "--text", "sentence") as server:
        with server.client() as client:
            *deltas, done = client.audio.transcriptions.create(file=AUDIO / "long.flac", model="whisper-1", stream=True)
    text = "".join(delta.delta for delta in deltas)
    assert len(deltas) > 3 and text == done.text
    assert text[0].isupper() and text[1:] == text[1:].lower()
    assert text.endswith(".") and "." not in text[:-1]
