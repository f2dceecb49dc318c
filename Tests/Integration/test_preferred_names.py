"""Names that the decoder prefers: from a file, and from the `transcribe` event of the official client."""
import asyncio
import os
import time

import numpy as np
import pytest
import soundfile
from wyoming.asr import Transcribe

import home_assistant
import lorikeet
from conversation import SILENCE, STOP, TEXTS, assert_well, audio, chunks, client, converse, receive_transcript, start
from test_health import health, status

RECORDINGS = lorikeet.REPOSITORY / "Tests/Fixtures/names"
SAID = {
    "smoking-room": ("Smoking Room", "Turn on the smoke room light.", "Turn on the smoking room light."),
    "patio-andaluz": (
        "Patio Andaluz", "¿Está abierta la puerta de patio and aluo?", "¿Está abierta la puerta de patio andaluz hoy?"),
}
RESCUED = ("electrolux", "Electrolux", "Electrops speaker off.", "Electrolux speaker off.")
SECONDS = 30


def recording(name: str) -> str:
    return str(RECORDINGS / f"{name}.flac")


def spoken(name: str) -> bytes:
    samples = soundfile.read(recording(name), dtype="float32")[0]
    return home_assistant.pcm(np.concatenate([samples, SILENCE]))


async def transcript(port: int, name: str, pause: float = 0, late: bool = False, **fields) -> str:
    """Speaks a recording with the fields of a `transcribe` event, which comes before the audio or, if late, in it."""
    request = Transcribe(**fields).event()
    events = chunks(spoken(name))
    async with client(port) as connection:
        for event in [start(), *events[:2], request] if late else [request, start(), *events[:2]]:
            await connection.write_event(event)
        for event in events[2:]:
            await connection.write_event(event)
        await asyncio.sleep(pause)
        await connection.write_event(STOP)
        return await receive_transcript(connection)


@pytest.fixture
def names(tmp_path):
    file = tmp_path / "names.txt"
    file.write_text("# rooms\nSmoking Room\nPatio Andaluz | patio andaluz : 1.5\n", encoding="utf-8")
    return file


def wait_for(condition) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("name", SAID)
def test_a_name_of_the_file_is_heard(transcribe, names, name):
    _, without, expected = SAID[name]
    assert transcribe(recording(name)).stdout.strip() == without
    assert transcribe("--names", names, recording(name)).stdout.strip() == expected


def test_a_name_that_no_bias_can_help_is_rescued(transcribe, tmp_path):
    name, written, without, expected = RESCUED
    names = tmp_path / "names.txt"
    names.write_text(f"{written}\nNatalie\n", encoding="utf-8")
    assert transcribe("--names", names, recording(name)).stdout.strip() == without
    assert transcribe("--names", names, "--names-rescue", recording(name)).stdout.strip() == expected


def test_names_change_no_transcript_in_which_they_are_not_said(transcribe, tmp_path):
    names = tmp_path / "names.txt"
    names.write_text("\n".join(f"Zwergnase {number}" for number in range(1000)), encoding="utf-8")
    recordings = [lorikeet.AUDIO / name for name in TEXTS]
    plain = [result["tokens"] for result in transcribe.json(*recordings)]
    assert [result["tokens"] for result in transcribe.json("--names", names, *recordings)] == plain
    rescued = transcribe.json("--names", names, "--names-rescue", *recordings)
    assert [result["tokens"] for result in rescued] == plain


HOSTILE = ["\x01\x1b[31m", "!" * 10_000, "x" * 10_000, "\u202e\u2066abc", "💡💡", "...", "", " ", "\u0301" * 500, "a b " * 5000]


@pytest.mark.parametrize("rescue", [[], ["--names-rescue"]])
def test_a_client_with_names_of_hostile_content_gets_its_transcript(start_server, rescue):
    with start_server(*rescue) as server:
        name, without, expected = SAID["smoking-room"]
        assert converse(transcript(server.port, "smoking-room", transcript_names=HOSTILE)) == without
        both = converse(transcript(server.port, "smoking-room", transcript_names=[*HOSTILE, name] * 10))
        assert both == expected
        converse(assert_well(server.port))


@pytest.mark.parametrize("pause", [0, 0.8])
@pytest.mark.parametrize("late", [False, True])
def test_names_and_terms_of_a_client_hold_for_its_utterance(server, pause, late):
    name, without, expected = SAID["smoking-room"]

    def text(**fields):
        return converse(transcript(server.port, "smoking-room", pause, late, **fields))

    assert text() == without
    assert text(transcript_names=[name]) == expected
    # A term is preferred less, which is enough here for no change.
    assert text(transcript_terms=[name]) in (without, expected)
    assert text() == without


def test_a_changed_file_of_names_holds_from_the_next_utterance_on(start_server, names):
    _, without, expected = SAID["smoking-room"]
    names.write_text("Natalie\n", encoding="utf-8")
    with start_server("--names", names) as server:
        assert converse(transcript(server.port, "smoking-room")) == without
        replacement = names.with_name("new.txt")
        replacement.write_text("Smoking Room\nNatalie\n", encoding="utf-8")
        os.replace(replacement, names)
        wait_for(lambda: status(server.port)["names"]["count"] == 2)
        assert converse(transcript(server.port, "smoking-room")) == expected
        # A mistake in the file, and a missing file, cost nothing.
        names.write_text("Smoking Room : loud\n", encoding="utf-8")
        wait_for(lambda: status(server.port)["names"]["sources"][0]["error"])
        names.unlink()
        wait_for(lambda: "No such file" in status(server.port)["names"]["sources"][0]["error"])
        assert converse(transcript(server.port, "smoking-room")) == expected
        names.write_text("Natalie\n", encoding="utf-8")
        wait_for(lambda: status(server.port)["names"]["sources"][0]["error"] is None)
        assert converse(transcript(server.port, "smoking-room")) == without
        assert server.messages().count("kept the names that were read before") == 2


def test_health_and_the_log_count_names_and_what_they_changed(start_server, names):
    name, _, expected = SAID["smoking-room"]
    with start_server("--names", names) as server:
        assert converse(transcript(server.port, "smoking-room")) == expected
        converse(assert_well(server.port))
        data = status(server.port)["names"]
        assert (data["count"], data["boosted_utterances"]) == (2, 1)
        assert data["boosted_tokens"] >= 1
        (source,) = data["sources"]
        assert (source["source"], source["count"], source["error"]) == ("file", 2, None)
        assert 0 <= source["age_seconds"] < SECONDS
        assert "names   2 from a file; heard in 1 utterance" in health(server.uri)
        log = server.messages()
        assert f"boosted_tokens={data['boosted_tokens']}" in log
        assert log.count("boosted_tokens") == 1
        assert name not in log


@pytest.mark.parametrize("line, expected", [
    ("Natalie : loud", 'line 2 is "Natalie : loud", expected NAME'), ("...", 'line 2 is "...", expected NAME'),
    ("\udcff", "it is not UTF-8")])
def test_a_mistake_in_the_file_of_names_is_reported_at_start(names, line, expected):
    names.write_text(f"Ecobee\n{line}\n", encoding="utf-8", errors="surrogateescape")
    for command in (["serve", "--uri", "tcp://127.0.0.1:0"], ["transcribe", recording("electrolux")]):
        result = lorikeet.run(*command, "--names", names)
        assert result.returncode == 1
        assert f"cannot read names from {names}: {expected}" in result.stderr


def test_a_missing_file_of_names_is_reported_at_start(tmp_path):
    result = lorikeet.run("serve", "--uri", "tcp://127.0.0.1:0", "--names", tmp_path / "none.txt")
    assert result.returncode == 1
    assert f"cannot read names from {tmp_path}/none.txt: No such file or directory" in result.stderr
