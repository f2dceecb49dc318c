"""The commands and programs of the guide for other programs, as written, and a request like those of Open WebUI."""
import os
import re
import shutil
import subprocess
import sys

import pytest

import lorikeet
from conversation import TEXTS
from http_serving import assert_refused, form, request, upload

PAGE = (lorikeet.REPOSITORY / "docs/clients.md").read_text(encoding="utf-8")
ADDRESS = "http://localhost:8080"
RECORDING = "en-01.wav"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def run(command: list[str], folder) -> str:
    """What a command prints, in a folder with a recording."""
    shutil.copy(lorikeet.AUDIO / RECORDING, folder / "recording.wav")
    result = subprocess.run(
        command, cwd=folder, env={"PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("number", range(len(blocks("sh"))))
def test_the_commands_of_the_guide_work_as_written(number, http, tmp_path):
    command = blocks("sh")[number]
    assert ADDRESS in command
    output = run(["bash", "-euc", command.replace(ADDRESS, http.base)], tmp_path)
    if (tmp_path / "recording.srt").exists():
        output = (tmp_path / "recording.srt").read_text()
        assert " --> " in output
    assert TEXTS[RECORDING] in output


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_the_programs_of_the_guide_work_as_written(number, http, tmp_path):
    program = blocks("python")[number]
    assert ADDRESS in program
    output = run([sys.executable, "-c", program.replace(ADDRESS, http.base)], tmp_path)
    words = re.sub(r"[\d.\s]+  (?=\S)", " ", output).split()
    assert " ".join(words) == TEXTS[RECORDING]


def test_the_form_of_open_webui_is_answered(http):
    """The file before the model, with the name of a stored recording and a user's header."""
    body, kind = form(("file", ("3f9a7c52.wav", (lorikeet.AUDIO / RECORDING).read_bytes())), ("model", "whisper-1"))
    answer = request(http, "POST", "/v1/audio/transcriptions", body, {
        **kind, "Authorization": "Bearer none", "X-OpenWebUI-User-Name": "Ana%20Mar%C3%ADa"})
    assert answer.json()["text"] == TEXTS[RECORDING]


def test_an_unknown_model_is_refused_with_the_known_ones(http):
    answer = upload(http, (lorikeet.AUDIO / RECORDING).read_bytes(), ("model", "distil-large"))
    assert_refused(answer, 404, "distil-large", "builtin")
