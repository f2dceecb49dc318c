"""A requested language keeps out letters of other scripts, whatever the model's weights prefer."""
import asyncio
import os
import pathlib
import re
import tempfile
import unicodedata

import pytest
from wyoming.asr import Transcribe

import lorikeet
import make_replica
from conversation import STOP, audio, chunks, client, converse, receive_transcript
from lorikeet import AUDIO
from serving import port, serving

RECORDINGS = ["en-01.wav", "es-03.wav", "es-12.wav"]

pytestmark = pytest.mark.skipif(
    os.environ.get("LORIKEET_SKIP_REPLICA") == "1", reason="LORIKEET_SKIP_REPLICA is set")


@pytest.fixture(scope="module")
def model():
    """The full-size model (random weights), with a vocabulary that is one third Cyrillic and one third Greek."""
    build = lorikeet.REPOSITORY / ".build"
    replica = make_replica.cached(build / "replica")
    with tempfile.TemporaryDirectory(dir=build) as place:
        directory = pathlib.Path(place)
        for file in replica.iterdir():
            if file.name != "vocab.txt":
                # OpenVINO does not follow links out of the model's directory.
                (directory / file.name).hardlink_to(file)
        with (directory / "vocab.txt").open("w", encoding="utf-8") as vocabulary:
            for line in (replica / "vocab.txt").read_text(encoding="utf-8").splitlines():
                piece, number = line.rsplit(" ", 1)
                if not piece.startswith("<") and int(number) % 3:
                    piece = ("ж" if int(number) % 3 == 1 else "ψ") + number
                vocabulary.write(f"{piece} {number}\n")
        yield directory


def scripts(text: str) -> set[str]:
    return {unicodedata.name(letter).split()[0] for letter in text if letter.isalpha()}


def tokens(results: list[dict]) -> list[list[int]]:
    return [[token["id"] for token in result["tokens"]] for result in results]


def test_a_spanish_transcript_has_no_cyrillic_or_greek_letter(model):
    transcribe = lorikeet.Transcriber("--model", model, "--device", "cpu", "--no-cache")
    recordings = [AUDIO / name for name in RECORDINGS]
    free = transcribe.json(*recordings)
    assert all(scripts(result["text"]) == {"LATIN", "CYRILLIC", "GREEK"} for result in free)
    spanish = transcribe.json("--language", "es", *recordings)
    assert all(scripts(result["text"]) == {"LATIN"} for result in spanish)
    assert all((result["language"], result["language_detected"]) == ("es", False) for result in spanish)
    unforced = transcribe.json("--language", "es", "--force-script", "no", *recordings)
    assert tokens(unforced) == tokens(free)


def test_a_spanish_port_never_answers_in_cyrillic_or_greek(model):
    """Also if the client names the language after recognition has begun."""
    async def text(number: int, *, early: str | None = None, late: str | None = None) -> str:
        async with client(number) as connection:
            if early:
                await connection.write_event(Transcribe(language=early).event())
            for event in chunks(audio("es-03.wav")):
                await connection.write_event(event)
            # Recognition begins before the end.
            await asyncio.sleep(1)
            if late:
                await connection.write_event(Transcribe(language=late).event())
            await connection.write_event(STOP)
            return await receive_transcript(connection)

    options = ["--model", model, "--device", "cpu", "--uri", "tcp://127.0.0.1:0", "--uri", "tcp://127.0.0.1:0?language=es"]
    with serving(*options, count=2) as (uris, _, log):
        # The log lists the addresses in another order than the command line.
        spanish, everything = sorted((port(uri) for uri in uris), key=lambda number: len(scripts(converse(text(number)))))
        assert scripts(converse(text(everything))) == {"LATIN", "CYRILLIC", "GREEK"}
        answers = [
            converse(text(spanish)), converse(text(spanish, early="es-MX")), converse(text(everything, early="es")),
            converse(text(everything, late="es")), converse(text(everything, early="ru", late="es"))]
        assert all(scripts(answer) == {"LATIN"} for answer in answers)
        assert scripts(converse(text(everything, early="el"))) == {"LATIN", "GREEK"}
        for _ in range(2):
            assert scripts(converse(text(everything, early="zh-Hans"))) == {"LATIN", "CYRILLIC", "GREEK"}
    assert len(re.findall("the language zh-Hans is ignored", "".join(log))) == 1
