"""`lorikeet health`, and Lorikeet's status event that it sends."""
import contextlib
import json
import socket
import threading
import time

import pytest
from wyoming.event import Event

import home_assistant
import lorikeet
from conversation import STOP, TEXTS, audio, chunks, converse, inline, start
from home_assistant import client, receive_transcript

STATUS = Event("lorikeet-status")
COUNTERS = {"inferences", "hits", "loads", "evictions", "failures", "fallbacks"}
SECONDS = 30


def status(port: int) -> dict:
    async def ask():
        async with client(port) as connection:
            await connection.write_event(STATUS)
            event = await connection.read_event()
            assert event.type == STATUS.type
            return event.data

    return converse(ask())


def wait_for(port: int, condition) -> dict:
    deadline = time.monotonic() + SECONDS
    while not condition(data := status(port)):
        assert time.monotonic() < deadline, data
        time.sleep(0.05)
    return data


def health(uri: str, *options: str) -> str:
    result = lorikeet.run("health", "--uri", uri, *options)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def is_loaded(data: dict) -> bool:
    encoders = [encoder for device in data["devices"] for encoder in device["encoders"]]
    return data["state"] == "ready" and all(encoder["state"] == "ready" for encoder in encoders) and bool(encoders)


@pytest.fixture(scope="module")
def bucketed(start_server):
    with start_server("--buckets", "5,20") as server:
        wait_for(server.port, lambda data: is_loaded(data) and len(data["devices"][0]["encoders"]) == 2)
        yield server


def test_the_status_lists_buckets_and_counts_their_work(bucketed):
    before = status(bucketed.port)
    text, _ = converse(home_assistant.transcribe(bucketed.port, audio("en-01.wav")))
    assert text == TEXTS["en-01.wav"]
    after = status(bucketed.port)
    assert (after["model"], after["state"]) == ("builtin", "ready")
    (old,), (device,) = before["devices"], after["devices"]
    assert (device["name"], device["state"], device["why"]) == ("CPU", "working", None)
    assert [encoder["bucket"] for encoder in device["encoders"]] == [5, 20]
    for encoder in device["encoders"]:
        assert encoder["state"] == "ready" and encoder["bytes"] > 0 and encoder["from_cache"] in (False, True)
    assert device["inferences"] == old["inferences"] + 1
    assert device["hits"] == old["hits"] + 1
    assert device["busy_seconds"] > old["busy_seconds"]
    assert device["loads"] == 2
    assert device["evictions"] == device["failures"] == device["fallbacks"] == 0


def test_the_status_of_a_dynamic_shape_encoder_has_no_bucket(server):
    data = wait_for(server.port, is_loaded)
    assert [encoder["bucket"] for encoder in data["devices"][0]["encoders"]] == [None]


def test_the_status_is_answered_in_the_middle_of_an_utterance(server):
    async def conversation():
        async with client(server.port) as connection:
            pieces = chunks(audio("en-01.wav"))
            for event in [start(), *pieces[:3], STATUS, *pieces[3:], STOP]:
                await connection.write_event(event)
            assert (await connection.read_event()).type == STATUS.type
            return await receive_transcript(connection)

    assert converse(conversation()) == TEXTS["en-01.wav"]


def test_health_has_a_line_for_each_device(bucketed):
    # Early recognition has its own line.
    first, device, *_ = health(bucketed.uri).splitlines()
    assert first == f"{bucketed.uri} is well and serves builtin"
    assert device.startswith("  CPU   working   5 s ready (") and "20 s ready (" in device


def test_health_as_json_has_every_key(bucketed):
    (line,) = health(bucketed.uri, "--json").splitlines()
    data = json.loads(line)
    assert set(data) == {"uri", "models", "status"}
    assert (data["uri"], data["models"]) == (bucketed.uri, ["builtin"])
    assert set(data["status"]) == {"model", "state", "devices", "speculation", "names"}
    (device,) = data["status"]["devices"]
    assert set(device) == {"name", "state", "why", "encoders", "busy_seconds", *COUNTERS}
    for encoder in device["encoders"]:
        assert set(encoder) == {"bucket", "state", "bytes", "from_cache"}


# Servers of other kinds.


@contextlib.contextmanager
def stub(program: str, answers: dict[str, bytes], asked: list[str]):
    """A Wyoming server that answers `describe` and the given events, and records the requests."""
    artifact = {"name": program, "attribution": {"name": "", "url": ""}, "installed": True, "description": "", "version": ""}
    info = inline("info", asr=[{**artifact, "models": [{**artifact, "name": "tiny", "languages": ["en"]}]}])
    answers = {"describe": info, **answers}

    def visit(listener: socket.socket):
        with contextlib.suppress(OSError):  # the listener is closed at the end
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as lines:
                for line in lines:
                    asked.append(json.loads(line)["type"])
                    connection.sendall(answers.get(asked[-1], b""))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        visitor = threading.Thread(target=visit, args=[listener], daemon=True)
        visitor.start()
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        visitor.join(SECONDS)


def test_other_programs_are_not_asked_for_a_status():
    asked = []
    with stub("another", {}, asked) as uri:
        assert health(uri) == f"{uri} is well and serves tiny\n"
    assert asked == ["describe"]


@pytest.mark.parametrize(("answers", "timeout"), [
    ({"ping": inline("pong")}, "3600"), ({}, "0.5"), ({STATUS.type: inline(STATUS.type, state="odd")}, "3600"),
    ({STATUS.type: b"no JSON\n"}, "3600"),
], ids=["passed over", "nothing is answered", "not understood", "not the protocol"])
def test_a_lorikeet_without_a_status_is_healthy(answers, timeout):
    with stub("lorikeet", answers, []) as uri:
        assert health(uri, "--timeout", timeout) == f"{uri} is well and serves tiny\n"
    with stub("lorikeet", answers, []) as uri:
        assert json.loads(health(uri, "--timeout", timeout, "--json")) == {
            "uri": uri, "models": ["tiny"], "status": None}


def test_a_server_with_a_lost_npu_is_healthy_and_says_so():
    counters = dict.fromkeys(COUNTERS, 0)
    npu = {"name": "NPU", "state": "lost", "why": "NPU: ZE_RESULT_ERROR_DEVICE_LOST", "encoders": [],
           "busy_seconds": 1.5, **counters, "inferences": 40, "failures": 1, "fallbacks": 3}
    dynamic = {"bucket": None, "state": "ready", "bytes": 860_000_000, "from_cache": False}
    cpu = {"name": "CPU", "state": "working", "why": None, "encoders": [dynamic], "busy_seconds": 0.75,
           **counters, "inferences": 3}
    answer = inline(STATUS.type, model="tiny", state="ready", devices=[npu, cpu])
    with stub("lorikeet", {STATUS.type: answer}, []) as uri:
        assert health(uri).splitlines() == [
            f"{uri} is well and serves tiny, but NPU is lost: CPU answers",
            "  NPU   lost      NPU: ZE_RESULT_ERROR_DEVICE_LOST   40 inferences, 1.5 s busy, 1 failure, 3 fallbacks",
            "  CPU   working   dynamic shape ready (860 MB)   3 inferences, 750 ms busy",
        ]


@pytest.mark.parametrize(("state", "exit_status"), [("fetching", 1), ("loading", 1), ("ready", 0)])
def test_health_ready_requires_a_loaded_model(state, exit_status):
    answer = inline(STATUS.type, model="tiny", state=state, devices=[])
    for options, expected in [(["--ready"], exit_status), ([], 0)]:
        with stub("lorikeet", {STATUS.type: answer}, []) as uri:
            result = lorikeet.run("health", "--uri", uri, *options)
            assert (result.returncode, result.stderr) == (expected, "")
            assert result.stdout.startswith(f"{uri} is well and serves tiny")


def test_health_ready_accepts_another_program_that_answers():
    with stub("another", {}, []) as uri:
        assert lorikeet.run("health", "--uri", uri, "--ready").returncode == 0
